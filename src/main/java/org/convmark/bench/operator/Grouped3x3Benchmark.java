package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of grouped 3x3 convolutions. */
public class Grouped3x3Benchmark extends StackBenchmark {}
