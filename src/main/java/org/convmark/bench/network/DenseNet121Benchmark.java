package org.convmark.bench.network;

/** DenseNet-121. */
public class DenseNet121Benchmark extends NetworkBenchmark {}
