package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a branched (GoogLeNet) macro-architecture. */
public class InceptionBenchmark extends StackBenchmark {}
