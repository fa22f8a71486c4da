package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with nothing between them: the baseline of the activations. */
public class IdentityBenchmark extends StackBenchmark {}
