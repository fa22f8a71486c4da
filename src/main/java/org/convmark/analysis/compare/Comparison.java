package org.convmark.analysis.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.convmark.analysis.statistics.Bootstrap;
import org.convmark.analysis.statistics.Interval;
import org.convmark.analysis.statistics.Samples;
import org.convmark.results.Measurement;

/**
 * Two sides, row by row.
 *
 * @param differences between their environments
 * @param rows that both have: slower ones first, then by size of the change
 * @param lost rows that the candidate lacks
 * @param gained rows that the base lacks
 * @param unseen rows that a side planned or tried but neither has
 */
public record Comparison(
        RunGroup base,
        RunGroup candidate,
        List<Difference> differences,
        List<ComparedRow> rows,
        List<Unmatched> lost,
        List<Unmatched> gained,
        List<Unseen> unseen,
        Criteria criteria) {
    /**
     * A row of one side.
     *
     * @param reason why the other lacks it
     */
    public record Unmatched(RowKey key, String reason) {}

    /**
     * A row that neither side has.
     *
     * @param base why the base lacks it
     * @param candidate why the candidate lacks it
     */
    public record Unseen(RowKey key, String base, String candidate) {}

    /**
     * Compares two sides.
     *
     * @param subjects what may differ
     * @throws IllegalArgumentException with one sentence if the sides differ in anything else or have no row in common
     */
    public static Comparison of(RunGroup base, RunGroup candidate, Set<Subject> subjects, Criteria criteria) {
        requireAlike(base, candidate, subjects);
        List<Pair> common = common(base, candidate);
        List<Samples> bases =
                common.stream().map(pair -> RunGroup.samples(pair.base())).toList();
        List<Samples> candidates =
                common.stream().map(pair -> RunGroup.samples(pair.candidate())).toList();
        List<TestResult> evidence = TestResult.of(bases, candidates, criteria);
        Bootstrap bootstrap = new Bootstrap(criteria.seed());
        boolean sameMachine = subjects.stream().allMatch(subject -> subject == Subject.COMMIT);
        List<ComparedRow> rows = new ArrayList<>();
        for (int i = 0; i < common.size(); i++) {
            Pair pair = common.get(i);
            Interval interval = bootstrap.ratio(bases.get(i), candidates.get(i));
            rows.add(new ComparedRow(
                    pair.key(),
                    pair.base(),
                    pair.candidate(),
                    evidence.get(i),
                    interval,
                    sameMachine ? pair.machine() : Double.NaN,
                    criteria));
        }
        rows.sort(Comparator.comparing(ComparedRow::verdict)
                .thenComparing(row -> -Math.abs(row.evidence().shift().difference())));
        return new Comparison(
                base,
                candidate,
                base.environment().differences(candidate.environment()),
                List.copyOf(rows),
                missing(base, candidate),
                missing(candidate, base),
                unseen(base, candidate),
                criteria);
    }

    /** A row that both sides have. */
    private record Pair(RowKey key, List<Measurement> base, List<Measurement> candidate) {
        /** How much slower the machine was beside the candidate. */
        double machine() {
            return Math.exp(RunGroup.roof(base) - RunGroup.roof(candidate));
        }
    }

    private static List<Pair> common(RunGroup base, RunGroup candidate) {
        List<Pair> common = new ArrayList<>();
        base.rows().forEach((key, row) -> {
            List<Measurement> other = candidate.rows().get(key);
            if (other != null) {
                common.add(new Pair(key, row, other));
            }
        });
        if (common.isEmpty()) {
            throw new IllegalArgumentException(
                    base.name() + " and " + candidate.name() + " have no row in common: the first has "
                            + base.rows().firstKey().title() + ", the second "
                            + candidate.rows().firstKey().title() + ".");
        }
        return common;
    }

    private static void requireAlike(RunGroup base, RunGroup candidate, Set<Subject> subjects) {
        List<Difference> obstacles = base.environment().obstacles(candidate.environment(), subjects);
        if (!obstacles.isEmpty()) {
            throw new IllegalArgumentException(
                    base.name() + " and " + candidate.name() + " are not alike: they differ in "
                            + obstacles.stream().map(Difference::toString).collect(Collectors.joining("; "))
                            + ". Measure both in the same way, or say with --subject what is compared.");
        }
    }

    private static List<Unmatched> missing(RunGroup has, RunGroup lacks) {
        return has.rows().keySet().stream()
                .filter(key -> !lacks.rows().containsKey(key))
                .map(key -> new Unmatched(key, lacks.absence(key)))
                .toList();
    }

    private static List<Unseen> unseen(RunGroup base, RunGroup candidate) {
        SortedSet<RowKey> keys = new TreeSet<>(base.absences().keySet());
        keys.addAll(candidate.absences().keySet());
        keys.removeAll(base.rows().keySet());
        keys.removeAll(candidate.rows().keySet());
        return keys.stream()
                .map(key -> new Unseen(key, base.absence(key), candidate.absence(key)))
                .toList();
    }

    /**
     * Whether every row that a side planned or tried was compared and is not inconclusive; rows that only the candidate
     * has are ignored.
     */
    public boolean settled() {
        return of(Verdict.INCONCLUSIVE).isEmpty() && lost.isEmpty() && unseen.isEmpty();
    }

    /** The rows with a verdict. */
    public List<ComparedRow> of(Verdict verdict) {
        return rows.stream().filter(row -> row.verdict() == verdict).toList();
    }

    /** The mean ratio of the common rows. */
    public GeometricMean mean() {
        return GeometricMean.of(rows.stream().map(row -> row.evidence().shift()).toList());
    }
}
