package org.convmark.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;

/** Standard output that remembers why it could not be written, which a {@link PrintStream} hides. */
public final class StandardOutput extends OutputStream {
    /** Not a failure: the reader of the output may have read enough. */
    private static final String NOBODY_READS = "Broken pipe";

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

    /** Whether everything was written that the reader wanted; if not, prints why. */
    public boolean isWhole(PrintWriter err) {
        if (failure == null || NOBODY_READS.equals(failure.getMessage())) {
            return true;
        }
        err.println("the output is incomplete: standard output cannot be written (" + failure.getMessage() + ").");
        err.flush();
        return false;
    }
}
