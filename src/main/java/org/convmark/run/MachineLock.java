package org.convmark.run;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Lets a run notice another run on the same machine: each holds a lock while it measures. The lock forbids nothing. JMH's own lock does,
 * and so one user's run fails on the lock file of another user.
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
            return new MachineLock(null, true); // another user's file: nothing is known
        }
    }

    private static FileLock lock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException inThisJvm) {
            return null;
        }
    }

    /** Whether no other run is known to measure at the same time. */
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
