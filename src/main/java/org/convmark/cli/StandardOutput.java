package org.convmark.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** Standard output that remembers why it could not be written, which a {@link PrintStream} hides. */
public final class StandardOutput extends OutputStream {
    /** The system's words in English; Java passes on those of the user's language. */
    private static final String NOBODY_READS = "Broken pipe";

    /** What standard output is, on Linux. */
    private static final Path DESCRIPTOR = Path.of("/proc/self/fd/1");

    private final OutputStream to = new FileOutputStream(FileDescriptor.out);
    private IOException failure;

    private StandardOutput() {}

    /** Takes the place of {@link System#out}. */
    public static StandardOutput install() {
        StandardOutput output = new StandardOutput();
        System.setOut(new PrintStream(output, true));
        return output;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
        try {
            to.write(bytes, from, count);
        } catch (IOException e) {
            failure = failure == null ? e : failure;
            throw e;
        }
    }

    /** A pipe that cannot be written has no reader any more, which is not a failure: it may have read enough. */
    private static boolean isPipe() {
        try {
            return Files.readSymbolicLink(DESCRIPTOR).toString().startsWith("pipe:");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    /** Whether everything was written that the reader wanted; if not, prints why. */
    public boolean isWhole(PrintWriter err) {
        if (failure == null || NOBODY_READS.equals(failure.getMessage()) || isPipe()) {
            return true;
        }
        err.println("the output is incomplete: standard output cannot be written (" + failure.getMessage() + ").");
        err.flush();
        return false;
    }
}
