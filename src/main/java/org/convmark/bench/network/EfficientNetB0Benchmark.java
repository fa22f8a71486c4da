package org.convmark.bench.network;

/** EfficientNet-B0. */
public class EfficientNetB0Benchmark extends NetworkBenchmark {}
