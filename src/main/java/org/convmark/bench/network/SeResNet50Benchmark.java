package org.convmark.bench.network;

/** SE-ResNet-50. */
public class SeResNet50Benchmark extends NetworkBenchmark {}
