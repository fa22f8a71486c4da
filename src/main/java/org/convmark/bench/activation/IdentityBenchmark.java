package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with nothing between them, what activations are compared with. */
public class IdentityBenchmark extends StackBenchmark {}
