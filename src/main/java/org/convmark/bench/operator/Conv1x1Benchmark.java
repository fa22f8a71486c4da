package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions. */
public class Conv1x1Benchmark extends StackBenchmark {}
