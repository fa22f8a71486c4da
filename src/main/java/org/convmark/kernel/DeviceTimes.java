package org.convmark.kernel;

/**
 * What the clock of a device says of one run of a program. What the run takes beyond its span is the host's; what the span takes beyond
 * the sum lies between launches.
 *
 * @param launches kernels that were started
 * @param sumNanos time of all of them, each from its start to its end
 * @param spanNanos time from the start of the first to the end of the last
 */
public record DeviceTimes(int launches, long sumNanos, long spanNanos) {}
