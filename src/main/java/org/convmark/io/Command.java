package org.convmark.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A command of another program. It reads nothing, and what it prints goes to files, so that it never waits for this process.
 *
 * @param words the program and its arguments
 * @param folder where it runs
 * @param environment all of its variables
 * @param seconds after which it is killed
 */
public record Command(List<String> words, Path folder, Map<String, String> environment, int seconds) {
    /** How a command ended. */
    public enum End {
        /** By itself, with whatever exit code. */
        EXIT,
        /** It was killed, because it took too long. */
        TIMEOUT,
        /** It was killed, because this thread was interrupted, as it is still. */
        INTERRUPTION
    }

    /**
     * What a command answered.
     *
     * @param exitCode other than 0 if it did not end by itself
     * @param output what it printed to its standard output
     * @param errors what it printed to its standard error
     */
    public record Answer(End end, int exitCode, String output, String errors) {
        /** In place of an answer: why there is none, as an error. */
        public static Answer failure(String why) {
            return new Answer(End.EXIT, -1, "", why);
        }

        /** Whether it ended by itself with exit code 0. */
        public boolean succeeded() {
            return end == End.EXIT && exitCode == 0;
        }

        /** The first line that says something, of its output or else of its errors. */
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

    /** With other variables, all of them. */
    public Command with(Map<String, String> others) {
        return new Command(words, folder, others, seconds);
    }

    /** In English, and without libraries that this process was started with: libjsig.so prints a warning into each answer. */
    public Command plain() {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("LC_ALL", "C");
        variables.remove("LD_PRELOAD");
        return with(variables);
    }

    /**
     * Runs it to its end.
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
