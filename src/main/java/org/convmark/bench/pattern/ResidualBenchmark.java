package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a residual (ResNet) macro-architecture. */
public class ResidualBenchmark extends StackBenchmark {}
