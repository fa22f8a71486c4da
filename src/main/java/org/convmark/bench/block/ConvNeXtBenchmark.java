package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked ConvNeXt blocks. */
public class ConvNeXtBenchmark extends StackBenchmark {}
