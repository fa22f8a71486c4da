package org.convmark.io;

import java.util.regex.Pattern;

/** Quoting for a POSIX shell. */
public final class Shell {
    private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

    private Shell() {}

    /** A text as a single word. */
    public static String word(String text) {
        return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
