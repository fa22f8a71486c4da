package org.convmark.bench.network;

/** ConvNeXt-Pico. */
public class ConvNeXtPicoBenchmark extends NetworkBenchmark {}
