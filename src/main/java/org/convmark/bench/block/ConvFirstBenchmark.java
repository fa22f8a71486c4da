package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked ConvFirst blocks. */
public class ConvFirstBenchmark extends StackBenchmark {}
