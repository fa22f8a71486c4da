/** What several sections of a report need, derived from the rows of a run: roofs, speed-ups, gaps, trust. */
package org.convmark.analysis.facts;
