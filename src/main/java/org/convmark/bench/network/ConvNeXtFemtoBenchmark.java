package org.convmark.bench.network;

/** ConvNeXt-Femto. */
public class ConvNeXtFemtoBenchmark extends NetworkBenchmark {}
