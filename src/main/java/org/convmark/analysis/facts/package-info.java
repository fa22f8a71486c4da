/** What several sections of a report need, derived from the rows of a run: roofs, speed-ups, gaps, stability. */
package org.convmark.analysis.facts;
