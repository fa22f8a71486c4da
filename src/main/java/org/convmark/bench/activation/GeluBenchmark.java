package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with GELU after each. */
public class GeluBenchmark extends StackBenchmark {}
