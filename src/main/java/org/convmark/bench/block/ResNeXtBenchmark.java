package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked ResNeXt blocks. */
public class ResNeXtBenchmark extends StackBenchmark {}
