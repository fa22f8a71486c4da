/**
 * The machine behind the numbers, as reported by the operating system, OSHI, the JVM and OpenCL. Of this project it imports only
 * {@code io}.
 */
package org.convmark.machine;
