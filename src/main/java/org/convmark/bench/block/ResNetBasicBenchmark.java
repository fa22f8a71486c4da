package org.convmark.bench.block;

import org.convmark.bench.StackBenchmark;

/** Depth and width of stacked ResNet basic blocks. */
public class ResNetBasicBenchmark extends StackBenchmark {}
