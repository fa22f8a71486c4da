package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of dense 3x3 convolutions. */
public class Conv3x3Benchmark extends StackBenchmark {}
