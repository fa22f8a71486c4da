package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a bottleneck (ResNet-50) macro-architecture. */
public class BottleneckBenchmark extends StackBenchmark {}
