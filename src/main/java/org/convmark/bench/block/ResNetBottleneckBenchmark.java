package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked ResNet bottleneck blocks. */
public class ResNetBottleneckBenchmark extends StackBenchmark {}
