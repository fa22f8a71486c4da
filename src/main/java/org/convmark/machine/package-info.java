/**
 * The machine behind the numbers: what the operating system, OSHI, one JVM and OpenCL report. Of this project it imports
 * {@code io} only.
 */
package org.convmark.machine;
