package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with a hyperbolic tangent after each. */
public class TanhBenchmark extends StackBenchmark {}
