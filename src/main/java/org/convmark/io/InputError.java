package org.convmark.io;

/** What a user asked for cannot be done; the message is one sentence that says why and what can be done instead. */
public final class InputError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** @param sentence shown to the user as it is */
    public InputError(String sentence) {
        super(sentence);
    }
}
