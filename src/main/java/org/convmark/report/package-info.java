/** What a report is made of, and its HTML, Markdown and CSV writers. Knows nothing of measurements. */
package org.convmark.report;
