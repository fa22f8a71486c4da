package org.convmark.cli;

/** What a command tells the one that started it. */
public final class ExitCode {
    /** Everything was done. */
    public static final int OK = 0;

    /** A benchmark failed, or a gate found what it was set for. */
    public static final int BENCHMARK_FAILED = 1;

    /** Bad input, or an error that ended the command. */
    public static final int ERROR = 2;

    /** A user ended it; what was measured is kept. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
