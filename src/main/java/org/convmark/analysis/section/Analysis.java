package org.convmark.analysis.section;

import org.convmark.report.Section;
import org.convmark.results.Run;

/** One question to a run. Pure: the same run gives the same section. */
public interface Analysis {
    /** The answer. */
    Section of(Run run);
}
