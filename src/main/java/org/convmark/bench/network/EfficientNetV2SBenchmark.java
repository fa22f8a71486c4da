package org.convmark.bench.network;

/** EfficientNetV2-S. */
public class EfficientNetV2SBenchmark extends NetworkBenchmark {}
