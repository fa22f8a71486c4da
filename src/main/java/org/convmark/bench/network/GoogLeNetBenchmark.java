package org.convmark.bench.network;

/** GoogLeNet. */
public class GoogLeNetBenchmark extends NetworkBenchmark {}
