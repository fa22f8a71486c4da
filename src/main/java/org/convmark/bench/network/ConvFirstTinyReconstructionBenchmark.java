package org.convmark.bench.network;

/** A reconstruction of ConvFirst Tiny. */
public class ConvFirstTinyReconstructionBenchmark extends NetworkBenchmark {}
