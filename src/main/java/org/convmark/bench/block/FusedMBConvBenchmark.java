package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked FusedMBConv blocks. */
public class FusedMBConvBenchmark extends StackBenchmark {}
