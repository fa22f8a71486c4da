package org.convmark.bench.network;

/** ResNet-50. */
public class ResNet50Benchmark extends NetworkBenchmark {}
