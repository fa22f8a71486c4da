package org.convmark.bench.network;

/** ProxylessNAS found for a CPU. */
public class ProxylessNasCpuBenchmark extends NetworkBenchmark {}
