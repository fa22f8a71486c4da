package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a densely connected (DenseNet) macro-architecture. */
public class DenseBenchmark extends StackBenchmark {}
