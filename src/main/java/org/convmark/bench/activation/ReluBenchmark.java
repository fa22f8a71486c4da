package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with ReLU after each. */
public class ReluBenchmark extends StackBenchmark {}
