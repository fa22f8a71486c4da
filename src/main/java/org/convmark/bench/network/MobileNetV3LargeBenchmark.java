package org.convmark.bench.network;

/** MobileNet-V3-Large. */
public class MobileNetV3LargeBenchmark extends NetworkBenchmark {}
