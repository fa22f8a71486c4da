package org.convmark.bench;

import org.convmark.model.Target;

/**
 * The kernels of a target still allocate after their warm-up. Properly compiled kernels allocate nothing, so the JVM runs them in
 * some other way, perhaps a hundred times slower, and the time says nothing about the kernels.
 */
public final class NotCompiled extends IllegalStateException {
    /** Stable, because a fork of one build may report to a session of another. */
    private static final long serialVersionUID = 1;

    NotCompiled(Target target, long bytes, String when) {
        super(target + " allocates " + bytes + " bytes a pass " + when
                + ": this JVM does not compile its kernels as intended");
    }
}
