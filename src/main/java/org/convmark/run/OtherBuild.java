package org.convmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import org.convmark.machine.Fact;
import org.convmark.machine.Folders;
import org.convmark.machine.Machine.Checkout;
import org.convmark.machine.TextFile;

/**
 * Another build of this program: a jar that is there, or a revision of this checkout that is built for the occasion.
 *
 * @param jar benchmarks.jar with all it needs
 * @param digest of the jar
 * @param checkout what it was built from
 * @param name short, safe in a folder's name
 */
public record OtherBuild(Path jar, String digest, Checkout checkout, String name) implements AutoCloseable {
    private static final int GIT_SECONDS = 60;
    private static final int BUILD_SECONDS = 900;

    /**
     * Finds or builds it.
     *
     * @param what the path of a jar, or a revision as git understands it
     * @throws InputError if there is neither, or the revision does not build
     */
    public static OtherBuild of(String what) throws IOException {
        Path folder = Files.createTempDirectory("convmark-against");
        try {
            return what.endsWith(".jar") ? copy(Path.of(what), folder) : build(what, folder);
        } catch (IOException | RuntimeException e) {
            Folders.delete(folder);
            throw e;
        }
    }

    private static OtherBuild copy(Path jar, Path folder) throws IOException {
        if (!Files.isRegularFile(jar)) {
            throw new InputError(jar + " does not exist: give a benchmarks.jar or a revision of this checkout.");
        }
        Fact<String> unknown = Fact.missing("measured from " + jar.toAbsolutePath());
        return keep(jar, folder, new Checkout(unknown, Fact.missing(unknown.missing())), "jar");
    }

    private static OtherBuild build(String revision, Path folder) throws IOException {
        Path log = folder.resolve("log");
        Path tree = folder.resolve("tree");
        if (revision.startsWith("-")
                || run(log, Path.of(""), GIT_SECONDS, "git", "rev-parse", "--verify", "--quiet", revision + "^{commit}")
                        != 0) {
            throw new InputError(
                    "'" + revision + "' is no revision of a git checkout here, and no .jar: name a commit, a branch, "
                            + "a tag or a benchmarks.jar.");
        }
        String commit = TextFile.read(log).strip();
        requireSuccess(
                log,
                "git cannot check out " + revision,
                Path.of(""),
                GIT_SECONDS,
                "git",
                "worktree",
                "add",
                "--detach",
                tree.toString(),
                commit);
        try {
            String maven = run(log, tree, GIT_SECONDS, "mvn", "-v") == 0 ? "mvn" : "./mvnw";
            requireSuccess(
                    log,
                    revision + " does not build",
                    tree,
                    BUILD_SECONDS,
                    maven,
                    "-q",
                    "-B",
                    "-Dmaven.test.skip=true",
                    "package");
            Checkout checkout = new Checkout(
                    Fact.of(commit, "git rev-parse " + revision), Fact.of(false, "built from a clean checkout"));
            return keep(tree.resolve("target").resolve("benchmarks.jar"), folder, checkout, commit.substring(0, 8));
        } finally {
            run(log, Path.of(""), GIT_SECONDS, "git", "worktree", "remove", "--force", tree.toString());
        }
    }

    private static OtherBuild keep(Path jar, Path folder, Checkout checkout, String name) throws IOException {
        Path copy = Files.copy(jar, folder.resolve("benchmarks.jar"), StandardCopyOption.REPLACE_EXISTING);
        return new OtherBuild(copy, Jar.digest(copy), checkout, name);
    }

    private static void requireSuccess(Path log, String what, Path folder, int seconds, String... command)
            throws IOException {
        if (run(log, folder, seconds, command) != 0) {
            String last = TextFile.read(log)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .findFirst()
                    .orElse("it says nothing");
            throw new InputError(what + ": " + last.strip() + ".");
        }
    }

    /** The exit code of a command, whose output goes into a file; 127 if it cannot be started. */
    private static int run(Path log, Path folder, int seconds, String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toAbsolutePath().toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().remove("LD_PRELOAD"); // libjsig.so would put a warning into git's answers
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return 127;
        }
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : 124;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Removes what was made for it. */
    @Override
    public void close() throws IOException {
        Folders.delete(jar.getParent());
    }
}
