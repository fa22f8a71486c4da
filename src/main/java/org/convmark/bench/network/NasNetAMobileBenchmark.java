package org.convmark.bench.network;

/** NASNet-A. */
public class NasNetAMobileBenchmark extends NetworkBenchmark {}
