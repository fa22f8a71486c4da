package org.convmark.io;

import com.fasterxml.jackson.core.JsonProcessingException;

/** What is wrong with a JSON file, in a user's words. */
public final class JsonErrors {
    private JsonErrors() {}

    /** The complaint and the line of the file. */
    public static String of(JsonProcessingException e) {
        return complaint(e) + line(e);
    }

    /** The parser's complaint in one line, without the names that it has for places of its source. */
    public static String complaint(JsonProcessingException e) {
        String complaint =
                String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("no JSON");
        return complaint.replaceFirst(" \\(start marker at .*", "");
    }

    /** Where it is wrong, with a blank before; nothing if the parser does not know. */
    public static String line(JsonProcessingException e) {
        return e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
    }
}
