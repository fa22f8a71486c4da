package org.convmark.bench.network;

/** A reconstruction of ConvFirst Small. */
public class ConvFirstSmallReconstructionBenchmark extends NetworkBenchmark {}
