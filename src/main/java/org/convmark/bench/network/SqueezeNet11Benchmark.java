package org.convmark.bench.network;

/** SqueezeNet 1.1. */
public class SqueezeNet11Benchmark extends NetworkBenchmark {}
