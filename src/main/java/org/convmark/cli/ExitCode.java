package org.convmark.cli;

/** The exit codes of commands. */
public final class ExitCode {
    /** Everything was done. */
    public static final int OK = 0;

    /** A benchmark failed. */
    public static final int BENCHMARK_FAILED = 1;

    /** A gate found a slower row. */
    public static final int SLOWER = 1;

    /** Bad input, or an error that ended the command. */
    public static final int ERROR = 2;

    /** A gate found nothing, but did not see every row. */
    public static final int UNSETTLED = 3;

    /** The user interrupted it; what was measured is kept. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
