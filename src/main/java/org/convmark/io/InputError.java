package org.convmark.io;

/** A user's request cannot be fulfilled; the message is one sentence that says why and what to do instead. */
public final class InputError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param sentence shown to the user unchanged */
    public InputError(String sentence) {
        super(sentence);
    }
}
