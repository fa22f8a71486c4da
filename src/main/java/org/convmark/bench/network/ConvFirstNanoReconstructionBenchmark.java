package org.convmark.bench.network;

/** A reconstruction of ConvFirst Nano. */
public class ConvFirstNanoReconstructionBenchmark extends NetworkBenchmark {}
