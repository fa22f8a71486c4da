/** Statistics of forks: what the comparison of two runs and the history of many rest on. Knows nothing of runs. */
package org.convmark.analysis.statistics;
