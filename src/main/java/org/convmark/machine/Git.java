package org.convmark.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.io.Command;

/** The git checkout that contains a program's folder. */
record Git(Path folder) {
    private static final int SECONDS = 10;

    /** Commit of a jar that was moved out of its checkout; empty if it was unknown when the jar was moved. */
    private static final String COMMIT = "convmark.commit";

    /** Whether that checkout differed from the commit. */
    private static final String DIRTY = "convmark.dirty";

    Machine.Checkout checkout() {
        String commit = System.getProperty(COMMIT);
        return commit == null ? ask() : told(commit, System.getProperty(DIRTY));
    }

    private static Machine.Checkout told(String commit, String dirty) {
        String reason = "the jar comes from a folder without a checkout";
        return new Machine.Checkout(
                commit.isEmpty() ? Fact.missing(reason) : Fact.of(commit, COMMIT),
                dirty == null ? Fact.missing(reason) : Fact.of(Boolean.valueOf(dirty), DIRTY));
    }

    private Machine.Checkout ask() {
        Fact<String> top = git("rev-parse", "--show-toplevel");
        if (top.known() && !Files.isDirectory(Path.of(top.value(), "src", "main", "java", "org", "convmark"))) {
            String reason = "the program is in a checkout of another project";
            return new Machine.Checkout(Fact.missing(reason), Fact.missing(reason));
        }
        return new Machine.Checkout(
                top.then(t -> git("rev-parse", "HEAD")),
                top.then(t -> git("status", "--porcelain", "--", ":/", ":(top,exclude)benchmarks-results"))
                        .map(changes -> !changes.isEmpty()));
    }

    private Fact<String> git(String... arguments) {
        List<String> command =
                Stream.concat(Stream.of("git"), Stream.of(arguments)).toList();
        return CommandFact.of(Command.of(SECONDS, command).in(folder).plain(), "git cannot be started")
                .then(answer -> answer.succeeded()
                        ? Fact.of(answer.output().strip(), String.join(" ", command))
                        : Fact.missing(String.join(" ", command) + ": " + answer.firstLine()));
    }
}
