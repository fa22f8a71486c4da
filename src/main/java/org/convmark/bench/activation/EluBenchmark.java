package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with ELU after each. */
public class EluBenchmark extends StackBenchmark {}
