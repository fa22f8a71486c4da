package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked feed-forward blocks. */
public class FfnBenchmark extends StackBenchmark {}
