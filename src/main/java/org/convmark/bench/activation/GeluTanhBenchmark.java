package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with the tanh approximation of GELU after each. */
public class GeluTanhBenchmark extends StackBenchmark {}
