package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a plain (VGG) macro-architecture. */
public class PlainBenchmark extends StackBenchmark {}
