package org.convmark.bench.network;

/** ConvNeXt-Atto. */
public class ConvNeXtAttoBenchmark extends NetworkBenchmark {}
