package org.convmark.machine;

import java.io.IOException;
import org.convmark.io.Command;

/** The answer of a command, or why there is none. */
final class CommandFact {
    private CommandFact() {}

    /** @param absent the reason to give if there is no such program */
    static Fact<Command.Answer> of(Command command, String absent) {
        String words = String.join(" ", command.words());
        try {
            Command.Answer answer = command.run();
            return switch (answer.end()) {
                case EXIT -> Fact.of(answer, words);
                case TIMEOUT -> Fact.missing(words + " took more than " + command.seconds() + " seconds");
                case INTERRUPTION -> Fact.missing(words + " was interrupted");
            };
        } catch (Command.NotStarted e) {
            return Fact.missing(absent);
        } catch (IOException e) {
            return Fact.missing(words + " cannot write its answer to a temporary file (" + e.getMessage() + ")");
        }
    }
}
