package org.convmark.bench.operator;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a chain of depthwise 7x7 convolutions. */
public class Depthwise7x7Benchmark extends StackBenchmark {}
