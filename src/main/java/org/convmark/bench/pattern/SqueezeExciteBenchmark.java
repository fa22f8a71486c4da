package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a squeeze-and-excite (SE-ResNet) macro-architecture. */
public class SqueezeExciteBenchmark extends StackBenchmark {}
