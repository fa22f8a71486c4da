/** Statistics of forks, on which comparisons of two runs and the history of many rest. Knows nothing of runs. */
package org.convmark.analysis.statistics;
