/**
 * The report of one run, and the runs of several machines side by side. Costs are computed from the graph, never read
 * from a file.
 */
package org.convmark.analysis;
