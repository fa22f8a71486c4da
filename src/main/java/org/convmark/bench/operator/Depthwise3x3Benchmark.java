package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of depthwise 3x3 convolutions. */
public class Depthwise3x3Benchmark extends StackBenchmark {}
