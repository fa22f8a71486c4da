package org.convmark.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.convmark.io.Command;
import org.convmark.io.Folders;
import org.convmark.io.InputError;
import org.convmark.machine.Fact;
import org.convmark.machine.Machine.Checkout;

/**
 * Another build of this program: an existing jar, or a revision of this checkout that is built for the comparison.
 *
 * @param jar benchmarks.jar with its dependencies
 * @param digest of the jar
 * @param checkout what it was built from
 * @param name short name, safe in a folder's name
 */
public record OtherBuild(Path jar, String digest, Checkout checkout, String name) implements AutoCloseable {
    private static final int GIT_SECONDS = 60;
    private static final int BUILD_SECONDS = 900;

    /**
     * Copies or builds it.
     *
     * @param what the path of a jar, or a revision as git understands it
     * @throws InputError if there is no such jar or revision, or the revision does not build
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
        String id = commit(revision);
        Path tree = folder.resolve("tree");
        requireSuccess(
                "git cannot check out " + revision,
                run(Path.of(""), GIT_SECONDS, "git", "worktree", "add", "--detach", tree.toString(), id));
        try {
            String maven = run(tree, GIT_SECONDS, "mvn", "-v").succeeded() ? "mvn" : "./mvnw";
            requireSuccess(
                    revision + " does not build",
                    run(tree, BUILD_SECONDS, maven, "-q", "-B", "-Dmaven.test.skip=true", "package"));
            Checkout checkout = new Checkout(
                    Fact.of(id, "git rev-parse " + revision), Fact.of(false, "built from a clean checkout"));
            return keep(tree.resolve("target").resolve("benchmarks.jar"), folder, checkout, id.substring(0, 8));
        } finally {
            run(Path.of(""), GIT_SECONDS, "git", "worktree", "remove", "--force", tree.toString());
        }
    }

    private static String commit(String revision) throws IOException {
        String unknown =
                "'" + revision + "' is neither a revision of a git checkout here nor a .jar: give a commit, a branch, "
                        + "a tag or a benchmarks.jar.";
        if (revision.startsWith("-")) {
            throw new InputError(unknown);
        }
        Command.Answer answer =
                run(Path.of(""), GIT_SECONDS, "git", "rev-parse", "--verify", "--quiet", revision + "^{commit}");
        if (!answer.succeeded()) {
            throw new InputError(unknown);
        }
        return answer.output().strip();
    }

    private static OtherBuild keep(Path jar, Path folder, Checkout checkout, String name) throws IOException {
        Path copy = Files.copy(jar, folder.resolve("benchmarks.jar"), StandardCopyOption.REPLACE_EXISTING);
        return new OtherBuild(copy, ThisProgram.digest(copy), checkout, name);
    }

    private static void requireSuccess(String what, Command.Answer answer) {
        if (!answer.succeeded()) {
            throw new InputError(what + ": " + answer.firstLine() + ".");
        }
    }

    private static Command.Answer run(Path folder, int seconds, String... command) throws IOException {
        try {
            return Command.of(seconds, List.of(command)).in(folder).plain().run();
        } catch (Command.NotStarted e) {
            return Command.Answer.failure(command[0] + " cannot be started");
        }
    }

    /** Deletes the copy of the jar. */
    @Override
    public void close() throws IOException {
        Folders.delete(jar.getParent());
    }
}
