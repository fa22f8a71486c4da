package org.convmark.bench;

import org.convmark.model.Target;

/**
 * The kernels of a target allocate although their warm-up is over. They allocate nothing once they are compiled as they are
 * meant, so the JVM runs them in another way, which may take a hundred times as long and says nothing about them.
 */
public final class NotCompiled extends IllegalStateException {
    /** Forks of one build tell sessions of another. */
    private static final long serialVersionUID = 1;

    NotCompiled(Target target, long bytes, String when) {
        super(target + " allocates " + bytes + " bytes a pass " + when
                + ": this JVM does not compile its kernels as they are meant");
    }
}
