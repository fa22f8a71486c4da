package org.convmark.bench.network;

/** VGG-16. */
public class Vgg16Benchmark extends NetworkBenchmark {}
