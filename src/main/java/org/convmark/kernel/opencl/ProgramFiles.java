package org.convmark.kernel.opencl;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.convmark.kernel.EngineOptions.ProgramDump;

/**
 * The programs of a run as files, for people who read machine code. Programs of the same source and options share a folder, whose name
 * is that of their last file with a digest of both: {@code program.cl} as it was built, {@code options.txt}, the device's
 * {@code binary}, and in {@code ranges.txt} a line for each launch of each row.
 *
 * @param dump where to
 */
record ProgramFiles(ProgramDump dump) {
    private static final int DIGITS = 10;

    /**
     * Writes a program, unless it is there.
     *
     * @param file the last of its source files
     * @param source all of them
     * @param options those of the build
     * @param binary what the device made of it
     * @return the program's folder
     * @throws IllegalStateException with one sentence if it cannot be written
     */
    Path program(String file, String source, String options, Supplier<byte[]> binary) {
        Path folder = Path.of(dump.folder(), file.replaceFirst("\\.cl$", "") + "-" + digest(source + options));
        if (!Files.exists(folder.resolve("binary"))) {
            write(folder.resolve("program.cl"), source.getBytes(StandardCharsets.UTF_8));
            write(folder.resolve("options.txt"), (options + "\n").getBytes(StandardCharsets.UTF_8));
            write(folder.resolve("binary"), binary.get());
        }
        return folder;
    }

    /** The same options in another order build the same program, but nothing makes them in another order. */
    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Adds a launch of a kernel to those of its program. */
    void launch(Path folder, String kernel, Cl.Range range) {
        Path file = folder.resolve("ranges.txt");
        String line = kernel + ": " + extents(range.items()) + " items in groups of " + extents(range.group()) + ", "
                + dump.row();
        try {
            if (!Files.exists(file) || !Files.readAllLines(file).contains(line)) {
                Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        } catch (IOException e) {
            throw failure(file, e);
        }
    }

    /** Without the cause, whose message is only a path. */
    private static IllegalStateException failure(Path file, IOException e) {
        String reason = e instanceof FileSystemException of && of.getReason() != null
                ? of.getReason()
                : e.getClass().getSimpleName();
        return new IllegalStateException("OpenCL's program cannot be written to " + file + ": " + reason);
    }

    private static String extents(long[] sizes) {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(" x "));
    }
}
