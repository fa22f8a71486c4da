package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of depthwise 5x5 convolutions. */
public class Depthwise5x5Benchmark extends StackBenchmark {}
