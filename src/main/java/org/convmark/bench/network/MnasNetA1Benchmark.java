package org.convmark.bench.network;

/** MnasNet-A1. */
public class MnasNetA1Benchmark extends NetworkBenchmark {}
