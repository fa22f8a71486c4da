package org.convmark.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.convmark.bench.ForkEnvironment;
import org.convmark.io.Command;
import org.convmark.io.InputError;
import org.convmark.io.Json;
import org.convmark.jvm.JvmSetup;
import org.convmark.machine.ForkArguments;
import org.convmark.model.Caches;
import org.convmark.model.Fusion;
import org.convmark.model.Target;
import org.convmark.results.Failure;
import org.convmark.results.Row;
import org.convmark.run.Plan;
import org.convmark.run.Progress;
import org.convmark.run.RunUnderTest;
import org.convmark.tune.Tuned.Entry;

/**
 * Searches the rows of a plan one after the other, each in a JVM of its own. Every row gets an equal part of the budget that is left,
 * so what one row does not need the others have.
 *
 * @param folder where tuned.json is kept up to date
 * @param caches of the machine
 * @param out for the progress
 */
public record Tuner(Path folder, Caches caches, PrintWriter out) {
    /** Time that a row takes before a first schedule is tried: a JVM, its compilers and the planner's choice. */
    private static final Duration START = Duration.ofSeconds(10);

    /** Longest time of a row beyond its part of the budget, for what the search does not count and for large networks. */
    private static final Duration GRACE = Duration.ofMinutes(3);

    /** Whether a row has a schedule that can be searched: the planner of CPU kernels is the same everywhere. */
    public static boolean isTunable(Row row) {
        return !row.isRoof() && row.target() == Target.VECTOR && row.work().fusion() == Fusion.BLOCK;
    }

    /**
     * Refuses a budget in which no schedule could be tried.
     *
     * @throws InputError with the least budget
     */
    public static void require(Duration budget, int rows) {
        Duration least = START.multipliedBy(rows);
        if (budget.compareTo(least) < 0) {
            throw new InputError("--budget of " + Progress.text(budget) + " is too small for " + rows
                    + (rows == 1 ? " row" : " rows") + ", which need " + Progress.text(least)
                    + " before a first schedule is tried: give more, or choose fewer rows.");
        }
    }

    /** Searches what is missing and keeps what is found. */
    public Tuned search(Tuned begun) throws IOException {
        Tuned tuned = begun;
        List<Row> missing = tuned.missing();
        Duration left = Duration.ofMillis(begun.budgetMillis())
                .multipliedBy(missing.size())
                .dividedBy(begun.plan().rows().size());
        for (int i = 0; i < missing.size(); i++) {
            Row row = missing.get(i);
            out.printf(
                    "%d/%d rows, %s left: %s on JVM %s%n",
                    i, missing.size(), Progress.text(left), row.title(), row.jvm());
            out.flush();
            long start = System.nanoTime();
            tuned = search(tuned, row, left.dividedBy(missing.size() - i));
            tuned.write(folder);
            Duration after = left.minusNanos(System.nanoTime() - start);
            left = after.isNegative() ? Duration.ZERO : after;
        }
        return tuned;
    }

    private Tuned search(Tuned tuned, Row row, Duration part) throws IOException {
        Duration budget = part.minus(START).isNegative() ? Duration.ZERO : part.minus(START);
        Command.Answer answer = Command.of(
                        (int) Math.min(Integer.MAX_VALUE, part.plus(GRACE).toSeconds()),
                        words(tuned.plan(), row, budget))
                .run();
        if (!answer.succeeded()) {
            return tuned.with(failure(row, answer));
        }
        Optional<String> line = answer.output()
                .lines()
                .filter(text -> text.startsWith(SearchMain.MARK))
                .findFirst();
        try {
            Finding finding = line.isEmpty()
                    ? null
                    : Json.MAPPER.readValue(line.get().substring(SearchMain.MARK.length()), Finding.class);
            out.println("  " + TuneReport.sentence(finding));
            return tuned.with(new Entry(row, finding));
        } catch (JsonProcessingException e) {
            return tuned.with(failure(row, answer));
        }
    }

    private List<String> words(Plan plan, Row row, Duration budget) throws JsonProcessingException {
        JvmSetup jvm = plan.jvm(row).setup();
        List<String> words = new ArrayList<>(ForkEnvironment.before(Path.of(jvm.path()), row.target()));
        words.add(jvm.path());
        words.addAll(List.of(ForkArguments.VECTOR_MODULE, ForkArguments.TRUST_PROFILES));
        words.addAll(jvm.arguments());
        words.addAll(plan.contract(row, caches, null, null).properties());
        words.addAll(plan.ofProcessor(row));
        words.addAll(List.of("-cp", RunUnderTest.OWN, SearchMain.class.getName()));
        words.addAll(List.of(Long.toString(budget.toMillis()), Json.MAPPER.writeValueAsString(row)));
        return words;
    }

    private Failure failure(Row row, Command.Answer answer) {
        String why = answer.end() == Command.End.TIMEOUT
                ? "the search did not end in time"
                : answer.errors()
                        .lines()
                        .filter(line -> line.startsWith("Exception in thread"))
                        .map(line -> line.replaceFirst("^Exception in thread \"main\" [\\w.$]+: ", ""))
                        .findFirst()
                        .orElse("the search ended with exit code " + answer.exitCode());
        out.println("  FAILED: " + why);
        return new Failure(row, why, answer.output() + answer.errors());
    }
}
