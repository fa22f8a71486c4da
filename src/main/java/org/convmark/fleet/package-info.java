/** A fleet: a matrix of tasks that Slurm runs on many machines, and what they left. */
package org.convmark.fleet;
