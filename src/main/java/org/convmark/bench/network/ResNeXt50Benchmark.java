package org.convmark.bench.network;

/** ResNeXt-50. */
public class ResNeXt50Benchmark extends NetworkBenchmark {}
