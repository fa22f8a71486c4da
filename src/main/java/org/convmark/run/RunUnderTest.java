package org.convmark.run;

import org.convmark.machine.Capture;

/**
 * A run that is measured together with others, fork by fork in turn; alone as a rule.
 *
 * @param capture the machine before the run
 * @param classPath of the forks: the program that is measured
 */
public record RunUnderTest(RunFolder folder, Plan plan, Capture capture, String classPath) {
    /** Class path of this program. */
    public static final String OWN = System.getProperty("java.class.path");
}
