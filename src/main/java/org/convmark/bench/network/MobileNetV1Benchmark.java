package org.convmark.bench.network;

/** MobileNet-V1. */
public class MobileNetV1Benchmark extends NetworkBenchmark {}
