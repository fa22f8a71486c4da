package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with SiLU after each. */
public class SiluBenchmark extends StackBenchmark {}
