package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a squeeze and expand (SqueezeNet) macro-architecture. */
public class FireBenchmark extends StackBenchmark {}
