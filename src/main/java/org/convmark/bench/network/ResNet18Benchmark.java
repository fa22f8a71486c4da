package org.convmark.bench.network;

/** ResNet-18. */
public class ResNet18Benchmark extends NetworkBenchmark {}
