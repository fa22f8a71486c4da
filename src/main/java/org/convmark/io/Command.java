package org.convmark.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A command of another program. It reads nothing, and its output goes to files, so it never waits for this process.
 *
 * @param words the program and its arguments
 * @param folder where it runs
 * @param environment all its environment variables
 * @param seconds after which it is killed
 */
public record Command(List<String> words, Path folder, Map<String, String> environment, int seconds) {
    /** How a command ended. */
    public enum End {
        /** By itself, with whatever exit code. */
        EXIT,
        /** Killed because it took too long. */
        TIMEOUT,
        /** Killed because this thread was interrupted; the thread stays interrupted. */
        INTERRUPTION
    }

    /**
     * The answer of a command.
     *
     * @param exitCode not 0 if it did not end by itself
     * @param output its standard output
     * @param errors its standard error
     */
    public record Answer(End end, int exitCode, String output, String errors) {
        /** The reason why there is no answer, as an error. */
        public static Answer failure(String why) {
            return new Answer(End.EXIT, -1, "", why);
        }

        /** Whether it ended by itself with exit code 0. */
        public boolean succeeded() {
            return end == End.EXIT && exitCode == 0;
        }

        /** The first line that is not blank, of its output or else of its errors. */
        public String firstLine() {
            return (output + "\n" + errors)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(String::strip)
                    .findFirst()
                    .orElse("it says nothing");
        }
    }

    /** Thrown if the operating system cannot start a program. */
    public static final class NotStarted extends IOException {
        private static final long serialVersionUID = 1;

        NotStarted(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Copies the words and the variables. */
    public Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /** In the folder and with the variables of this process. */
    public static Command of(int seconds, List<String> words) {
        return new Command(words, Path.of(""), System.getenv(), seconds);
    }

    /** In another folder. */
    public Command in(Path other) {
        return new Command(words, other, environment, seconds);
    }

    /** With other environment variables, replacing all. */
    public Command with(Map<String, String> others) {
        return new Command(words, folder, others, seconds);
    }

    /** In English, and without preloaded libraries: libjsig.so would print a warning into each answer. */
    public Command plain() {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("LC_ALL", "C");
        variables.remove("LD_PRELOAD");
        return with(variables);
    }

    /**
     * Runs it and waits until it ends.
     *
     * @throws NotStarted if there is no such program
     * @throws IOException if there is no room for its answer
     */
    public Answer run() throws IOException {
        Path answers = Files.createTempDirectory("convmark-command");
        try {
            return run(answers.resolve("output"), answers.resolve("errors"));
        } finally {
            Folders.delete(answers);
        }
    }

    private Answer run(Path output, Path errors) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(folder.toAbsolutePath().toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        Process process = start(builder);
        try {
            process.getOutputStream().close();
            End end = await(process);
            return new Answer(
                    end, end == End.EXIT ? process.exitValue() : -1, TextFile.read(output), TextFile.read(errors));
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(ProcessBuilder builder) throws NotStarted {
        try {
            return builder.start();
        } catch (IOException e) {
            throw new NotStarted(e);
        }
    }

    private End await(Process process) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS) ? End.EXIT : End.TIMEOUT;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return End.INTERRUPTION;
        }
    }
}
