package org.convmark.bench.network;

/** ConvNeXt-Tiny. */
public class ConvNeXtTinyBenchmark extends NetworkBenchmark {}
