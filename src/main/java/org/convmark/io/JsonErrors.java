package org.convmark.io;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;

/** What is wrong with a JSON file, in terms that a user understands. */
public final class JsonErrors {
    private JsonErrors() {}

    /** The problem, and its line in the file. */
    public static String of(JsonProcessingException e) {
        return complaint(e) + line(e);
    }

    /** The parser's message in one line, without its references to its own source object. */
    public static String complaint(JsonProcessingException e) {
        String complaint =
                String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("no JSON");
        return complaint.replaceFirst(" \\(start marker at .*", "");
    }

    /** The line of the problem, after a blank; empty if the parser does not know it. */
    public static String line(JsonProcessingException e) {
        JsonLocation place = e.getLocation();
        return place == null || place.getLineNr() < 1 ? "" : " at line " + place.getLineNr();
    }
}
