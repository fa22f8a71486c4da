package org.convmark.bench.network;

/** ConvNeXt-Nano. */
public class ConvNeXtNanoBenchmark extends NetworkBenchmark {}
