package org.convmark.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Tells runs of one machine of one another: who measures holds a lock. It forbids nothing, because JMH's own, which does, makes the runs
 * of one user fail on the file of another.
 */
public final class MachineLock implements Closeable {
    private final FileChannel channel;
    private final boolean isFirst;

    private MachineLock(FileChannel channel, boolean isFirst) {
        this.channel = channel;
        this.isFirst = isFirst;
    }

    /** Takes the lock if it is free. */
    public static MachineLock take() {
        Path file = Path.of(System.getProperty("java.io.tmpdir"), "convmark.lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return new MachineLock(channel, lock(channel) != null);
        } catch (IOException e) {
            return new MachineLock(null, true); // a file of somebody else: nothing is known
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException inThisJvm) {
            return null;
        }
    }

    /** Whether nobody is known to measure at the same time. */
    public boolean isFirst() {
        return isFirst;
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
