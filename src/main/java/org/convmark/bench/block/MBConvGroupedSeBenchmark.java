package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked MBConv blocks with grouped convolution and squeeze-excite. */
public class MBConvGroupedSeBenchmark extends StackBenchmark {}
