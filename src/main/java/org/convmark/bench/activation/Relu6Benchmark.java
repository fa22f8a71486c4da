package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with ReLU6 after each. */
public class Relu6Benchmark extends StackBenchmark {}
