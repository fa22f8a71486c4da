package org.convmark.bench.network;

/** ShuffleNet-V2. */
public class ShuffleNetV2Benchmark extends NetworkBenchmark {}
