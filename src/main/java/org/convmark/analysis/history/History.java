package org.convmark.analysis.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.statistics.EDivisive;
import org.convmark.results.HistoryIndex.Entry;
import org.convmark.results.HistoryIndex.Point;

/**
 * The times of each row over many runs, and where they changed.
 *
 * @param runs in chronological order
 * @param series by name
 */
public record History(List<Entry> runs, List<Series> series) {
    private static final long SEED = 20_261_121;

    /**
     * One row on one kind of machine and one JVM, over time.
     *
     * @param name benchmark and parameters
     * @param runs those that measured it
     * @param seconds per operation, one per run
     * @param changes in chronological order
     */
    public record Series(
            String name, String machine, String jvm, List<Entry> runs, List<Double> seconds, List<Change> changes) {}

    /**
     * A new level.
     *
     * @param place index in its series of the first run at the new level
     * @param before the last run of the old level
     * @param after the first run of the new level
     * @param ratio time at the new level over time at the old one
     */
    public record Change(int place, Entry before, Entry after, double ratio) {
        /** Whether the new level is slower. */
        public boolean slower() {
            return ratio > 1;
        }
    }

    /**
     * A row for which the newest run of a machine has no time, although that run planned it or the previous run
     * measured it.
     *
     * @param row benchmark, parameters and JVM
     * @param reason in one line
     */
    public record Unseen(Entry run, String row, String reason) {}

    private record Key(String name, String machine, String jvm) implements Comparable<Key> {
        @Override
        public int compareTo(Key that) {
            return toString().compareTo(that.toString());
        }
    }

    /**
     * The history of runs.
     *
     * @param runs in chronological order
     * @param smallest change that counts, as a fraction of the time
     */
    public static History of(List<Entry> runs, double least) {
        Map<Key, List<Entry>> entries = new TreeMap<>();
        Map<Key, List<Double>> seconds = new TreeMap<>();
        for (Entry run : runs) {
            for (Point point : run.points()) {
                Key key = new Key(point.row(), run.machine(), point.jvm());
                entries.computeIfAbsent(key, k -> new ArrayList<>()).add(run);
                seconds.computeIfAbsent(key, k -> new ArrayList<>()).add(point.seconds());
            }
        }
        List<Series> series = entries.keySet().parallelStream()
                .map(key -> series(key, entries.get(key), seconds.get(key), least))
                .toList();
        return new History(List.copyOf(runs), series);
    }

    /**
     * Rows that the newest run of each machine planned but did not measure, and rows that only the run before it has.
     */
    public List<Unseen> unseen() {
        return runs.stream()
                .collect(Collectors.groupingBy(Entry::machine, TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .flatMap(History::unseen)
                .toList();
    }

    private static Stream<Unseen> unseen(List<Entry> machine) {
        Entry newest = machine.get(machine.size() - 1);
        Map<String, String> reasons = new TreeMap<>();
        if (machine.size() > 1) {
            String gone =
                    newest.skipped().isEmpty() ? "not planned" : "not planned, or left out (" + newest.skipped() + ")";
            machine.get(machine.size() - 2)
                    .points()
                    .forEach(point -> reasons.put(onJvm(point.row(), point.jvm()), gone));
        }
        newest.points().forEach(point -> reasons.remove(onJvm(point.row(), point.jvm())));
        newest.absent().forEach(row -> reasons.put(onJvm(row.row(), row.jvm()), row.reason()));
        return reasons.entrySet().stream().map(e -> new Unseen(newest, e.getKey(), e.getValue()));
    }

    /** A row on a JVM of some feature version with some flags, because a JVM that is updated loses no row. */
    private static String onJvm(String row, String jvm) {
        return row + " on JVM " + jvm.replaceFirst("^(\\d+)[^ ]*", "$1");
    }

    private static Series series(Key key, List<Entry> runs, List<Double> seconds, double least) {
        double[] logs = seconds.stream().mapToDouble(Math::log).toArray();
        List<Integer> all = new EDivisive(SEED).changes(logs);
        List<Integer> places = all.stream()
                .filter(place -> Math.abs(step(logs, all, place)) >= Math.log1p(least))
                .toList();
        List<Change> changes = places.stream()
                .map(place ->
                        new Change(place, runs.get(place - 1), runs.get(place), Math.exp(step(logs, places, place))))
                .toList();
        return new Series(key.name(), key.machine(), key.jvm(), runs, seconds, changes);
    }

    /**
     * The step at a change, on the logarithmic scale: the mean after it minus the mean before it, each up to the next
     * change.
     */
    private static double step(double[] logs, List<Integer> places, int place) {
        int i = places.indexOf(place);
        int from = i == 0 ? 0 : places.get(i - 1);
        int to = i == places.size() - 1 ? logs.length : places.get(i + 1);
        return mean(logs, place, to) - mean(logs, from, place);
    }

    private static double mean(double[] values, int from, int to) {
        double sum = 0;
        for (int i = from; i < to; i++) {
            sum += values[i];
        }
        return sum / (to - from);
    }
}
