package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of an inverted bottleneck (MobileNet-V2) macro-architecture. */
public class DepthwiseBottleneckBenchmark extends StackBenchmark {}
