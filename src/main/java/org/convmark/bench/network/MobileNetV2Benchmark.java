package org.convmark.bench.network;

/** MobileNet-V2. */
public class MobileNetV2Benchmark extends NetworkBenchmark {}
