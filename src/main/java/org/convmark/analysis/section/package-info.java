/** One class for each section of a report. */
package org.convmark.analysis.section;
