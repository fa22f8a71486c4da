package org.convmark.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The checkout around the folder of a program, as git tells it. */
record Git(Path folder) {
    private static final int SECONDS = 10;

    /** The commit of a jar that was taken out of its checkout; empty if not even whoever took it knew. */
    private static final String COMMIT = "convmark.commit";

    /** Whether that checkout differed from the commit. */
    private static final String DIRTY = "convmark.dirty";

    Machine.Checkout checkout() {
        String commit = System.getProperty(COMMIT);
        return commit == null ? ask() : told(commit, System.getProperty(DIRTY));
    }

    private static Machine.Checkout told(String commit, String dirty) {
        String reason = "the jar was taken from a place without a checkout";
        return new Machine.Checkout(
                commit.isEmpty() ? Fact.missing(reason) : Fact.of(commit, COMMIT),
                dirty == null ? Fact.missing(reason) : Fact.of(Boolean.valueOf(dirty), DIRTY));
    }

    private Machine.Checkout ask() {
        Fact<String> top = git("rev-parse", "--show-toplevel");
        if (top.known() && !Files.isDirectory(Path.of(top.value(), "src", "main", "java", "org", "convmark"))) {
            String reason = "the program lies in a checkout of something else";
            return new Machine.Checkout(Fact.missing(reason), Fact.missing(reason));
        }
        return new Machine.Checkout(
                top.then(t -> git("rev-parse", "HEAD")),
                top.then(t -> git("status", "--porcelain", "--", ":/", ":(top,exclude)benchmarks-results"))
                        .map(changes -> !changes.isEmpty()));
    }

    private Fact<String> git(String... arguments) {
        String source = "git " + String.join(" ", arguments);
        try {
            Path output = Files.createTempFile("convmark-git", ".txt");
            try {
                return git(arguments, source, output);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            return Fact.missing("git cannot be started");
        }
    }

    private Fact<String> git(String[] arguments, String source, Path output) throws IOException {
        List<String> command =
                Stream.concat(Stream.of("git"), Stream.of(arguments)).toList();
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("LC_ALL", "C");
        builder.environment().remove("LD_PRELOAD"); // libjsig.so would put a warning into the answer
        Process process = builder.start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                return Fact.missing(source + " took more than " + SECONDS + " seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Fact.missing(source + " was interrupted");
        } finally {
            process.destroyForcibly();
        }
        String text = TextFile.read(output).strip();
        return process.exitValue() == 0
                ? Fact.of(text, source)
                : Fact.missing(source + ": " + text.lines().findFirst().orElse("failed"));
    }
}
