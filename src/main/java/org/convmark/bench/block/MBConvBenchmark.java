package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked MBConv blocks. */
public class MBConvBenchmark extends StackBenchmark {}
