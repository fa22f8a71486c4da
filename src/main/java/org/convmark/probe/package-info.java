/**
 * Finds out in a child process what a JVM is and can do. An old, broken or crashing JVM costs one sentence of output, not the
 * run.
 */
package org.convmark.probe;
