/** The parts of a report, and writers for HTML, Markdown and CSV. Knows nothing of measurements. */
package org.convmark.report;
