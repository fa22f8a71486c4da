package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a depthwise separable (MobileNet-V1) macro-architecture. */
public class DepthwiseSeparableBenchmark extends StackBenchmark {}
