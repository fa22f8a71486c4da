package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with SELU after each. */
public class SeluBenchmark extends StackBenchmark {}
