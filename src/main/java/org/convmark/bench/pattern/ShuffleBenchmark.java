package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a channel-shuffling (ShuffleNet-V2) macro-architecture. */
public class ShuffleBenchmark extends StackBenchmark {}
