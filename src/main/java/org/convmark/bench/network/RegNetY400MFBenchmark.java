package org.convmark.bench.network;

/** RegNetY-400MF. */
public class RegNetY400MFBenchmark extends NetworkBenchmark {}
