package org.convmark.analysis.section;

import org.convmark.analysis.facts.RunFacts;
import org.convmark.report.Section;

/** One question about a run. Pure: the same facts give the same section. */
public interface Analysis {
    /** The answer. */
    Section of(RunFacts facts);
}
