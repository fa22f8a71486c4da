package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a grouped bottleneck (ResNeXt) macro-architecture. */
public class GroupedBottleneckBenchmark extends StackBenchmark {}
