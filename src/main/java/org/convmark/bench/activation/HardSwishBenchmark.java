package org.convmark.bench.activation;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of pointwise convolutions with hard swish after each. */
public class HardSwishBenchmark extends StackBenchmark {}
