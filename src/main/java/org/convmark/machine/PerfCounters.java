package org.convmark.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.convmark.io.Command;

/**
 * The hardware cache counters that Linux' perf can read here, found by counting a process that does nothing: virtual machines
 * often have none, and report it only when asked to count.
 *
 * @param executable perf, by name or path
 */
record PerfCounters(String executable) {
    /**
     * Loads that reach the last-level cache and loads that miss it; then the same for all accesses, as the processor defines
     * them.
     */
    private static final List<String> EVENTS =
            List.of("LLC-loads", "LLC-load-misses", "cache-references", "cache-misses");

    private static final int SECONDS = 10;

    /** The perf executable that JMH's profilers start. */
    static PerfCounters ofJmh() {
        return new PerfCounters(Optional.ofNullable(System.getenv("JMH_PERF")).orElse("perf"));
    }

    /** Names of the events that can be counted. */
    Fact<List<String>> events() {
        List<String> counted = new ArrayList<>();
        String refusal = "";
        for (String event : EVENTS) {
            Fact<String> answer = count(event);
            if (!answer.known()) {
                return Fact.missing(answer.missing());
            }
            if (answer.value().lines().anyMatch(line -> line.matches("\\d+,.*" + event + ".*"))) {
                counted.add(event);
            } else if (refusal.isEmpty()) {
                refusal = answer.value()
                        .lines()
                        .filter(line -> !line.isBlank())
                        .findFirst()
                        .orElse("nothing");
            }
        }
        return counted.isEmpty()
                ? Fact.missing("perf cannot count cache events here: " + refusal)
                : Fact.of(counted, "perf stat");
    }

    /** What perf writes for a process that does nothing. */
    private Fact<String> count(String event) {
        Command command =
                Command.of(SECONDS, List.of(executable, "stat", "--field-separator", ",", "--event", event, "true"));
        return CommandFact.of(
                        command.plain(), executable + " cannot be started: install Linux' perf to count cache misses")
                .map(answer -> answer.output() + answer.errors());
    }
}
