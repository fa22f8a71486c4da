package org.convmark.bench.network;

/** ProxylessNAS found for a GPU. */
public class ProxylessNasGpuBenchmark extends NetworkBenchmark {}
