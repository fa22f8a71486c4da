/**
 * The machine behind the numbers: what the operating system, OSHI, one JVM and OpenCL report, and the roofs that were
 * measured. Imports nothing else of this project.
 */
package org.convmark.machine;
