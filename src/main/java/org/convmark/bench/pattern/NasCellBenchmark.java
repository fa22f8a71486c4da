package org.convmark.bench.pattern;

import org.convmark.bench.StackBenchmark;

/** Depth and width of a searched (DARTS) macro-architecture. */
public class NasCellBenchmark extends StackBenchmark {}
