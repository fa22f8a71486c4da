package org.convmark.bench.network;

/** DARTS-V2. */
public class DartsV2Benchmark extends NetworkBenchmark {}
