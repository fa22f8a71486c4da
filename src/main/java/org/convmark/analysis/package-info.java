/** What a run says: each analysis turns it into one section of a report. Costs come from the graph, never from a file. */
package org.convmark.analysis;
