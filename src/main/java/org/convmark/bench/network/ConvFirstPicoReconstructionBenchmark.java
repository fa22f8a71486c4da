package org.convmark.bench.network;

/** A reconstruction of ConvFirst Pico. */
public class ConvFirstPicoReconstructionBenchmark extends NetworkBenchmark {}
