/** The report of a run, and runs of several machines side by side. Costs come from the graph, never from a file. */
package org.convmark.analysis;
