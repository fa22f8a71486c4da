package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with a hard sigmoid after each. */
public class HardSigmoidBenchmark extends StackBenchmark {}
