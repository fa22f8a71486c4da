package org.convmark.bench.network;

/** ProxylessNAS found for a phone. */
public class ProxylessNasMobileBenchmark extends NetworkBenchmark {}
