package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked ConvFirst blocks that each halve the map. */
public class ConvFirstStride2Benchmark extends StackBenchmark {}
