package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of dense 5x5 convolutions. */
public class Conv5x5Benchmark extends StackBenchmark {}
