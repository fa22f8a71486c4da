package org.convmark.kernel;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.stream.Stream;

/**
 * The calling thread and the workers of all open engines, counted apart from JIT compiler threads, which allocate on the Java
 * heap too.
 */
public final class OwnThreads {
    private final long[] ids;

    /** The threads that run now. */
    public OwnThreads() {
        Thread[] all = new Thread[2 * Thread.activeCount() + 1];
        int count = Thread.enumerate(all);
        ids = Stream.of(all)
                .limit(count)
                .filter(thread -> thread == Thread.currentThread() || Workers.isHelper(thread))
                .mapToLong(Thread::getId)
                .toArray();
    }

    /**
     * Bytes that they have allocated so far; 0 if the JVM does not report it. Asking thread by thread allocates nothing itself.
     */
    public long allocatedBytes() {
        if (!(ManagementFactory.getThreadMXBean() instanceof ThreadMXBean bean)) {
            return 0;
        }
        long bytes = 0;
        for (long id : ids) {
            bytes += bean.getThreadAllocatedBytes(id);
        }
        return bytes;
    }
}
