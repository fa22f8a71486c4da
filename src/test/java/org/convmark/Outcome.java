package org.convmark;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What came of a command. */
record Outcome(int exitCode, String out, String err) {
    /** Of one run in this JVM. */
    static Outcome of(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
        return new Outcome(exitCode, out.toString(), err.toString());
    }
}
