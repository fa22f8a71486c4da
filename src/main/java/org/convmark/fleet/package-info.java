/** A fleet: a matrix of tasks that Slurm runs on many machines, and the runs they leave. */
package org.convmark.fleet;
