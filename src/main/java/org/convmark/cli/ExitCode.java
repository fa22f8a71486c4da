package org.convmark.cli;

/** The exit codes of commands. */
public final class ExitCode {
    /** Everything was done. */
    public static final int OK = 0;

    /** A benchmark failed, or a gate found what it looks for. */
    public static final int BENCHMARK_FAILED = 1;

    /** Bad input, or an error that ended the command. */
    public static final int ERROR = 2;

    /** The user interrupted it; what was measured is kept. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
