package org.convmark.machine;

import java.io.IOException;
import org.convmark.io.Command;

/** What a command answers, or why there is no answer. */
final class CommandFact {
    private CommandFact() {}

    /** @param absent the reason if there is no such program */
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
            return Fact.missing(words + " has no folder for temporary files to answer in (" + e.getMessage() + ")");
        }
    }
}
