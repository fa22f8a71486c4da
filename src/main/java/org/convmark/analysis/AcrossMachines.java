package org.convmark.analysis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.analysis.facts.Point;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.facts.Speedups;
import org.convmark.analysis.facts.Speedups.Factor;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Target;
import org.convmark.model.Workload;
import org.convmark.report.Cell;
import org.convmark.report.Content;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.report.Unit;
import org.convmark.results.Run;

/** Speed-ups of many runs side by side: what each machine, with each JVM and its arguments, gains from acceleration. */
public final class AcrossMachines {
    /** A kind of machine with a JVM, as the head of a column. */
    private record Setting(String machine, String jvm) {
        @Override
        public String toString() {
            return machine + ", JVM " + jvm;
        }
    }

    /** Factors of each workload in each setting, under one target. */
    private record Grid(Target target, Map<Workload, Map<Setting, List<Factor>>> factors) {
        Set<Setting> settings() {
            return factors.values().stream()
                    .flatMap(row -> row.keySet().stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
        }

        /** The points of a workload that every setting that ran it has; only these can be compared. */
        Set<Point> common(Workload workload) {
            Set<Point> common = null;
            for (List<Factor> one : factors.get(workload).values()) {
                Set<Point> points = one.stream().map(Factor::point).collect(Collectors.toCollection(TreeSet::new));
                if (common == null) {
                    common = points;
                } else {
                    common.retainAll(points);
                }
            }
            return common;
        }

        /** The factors at the common points. */
        List<Factor> factors(Workload workload, Setting setting) {
            Set<Point> common = common(workload);
            return factors.get(workload).getOrDefault(setting, List.of()).stream()
                    .filter(factor -> common.contains(factor.point()))
                    .toList();
        }

        Optional<Double> mean(Workload workload, Setting setting) {
            return Speedups.mean(factors(workload, setting));
        }

        /** The mean over the workloads that every setting ran; empty if there are none. */
        Optional<Double> mean(Setting setting) {
            return Speedups.geometricMean(
                    shared().stream().map(w -> mean(w, setting).orElseThrow()).toList());
        }

        List<Workload> shared() {
            return factors.keySet().stream()
                    .filter(w -> settings().stream().allMatch(s -> mean(w, s).isPresent()))
                    .toList();
        }
    }

    private AcrossMachines() {}

    /** The section, whatever was measured. */
    public static Section of(List<Run> runs) {
        List<RunFacts> all =
                runs.stream().map(run -> new RunFacts(run, Map.of())).toList();
        List<Grid> grids = targets(all)
                .map(target -> grid(target, all))
                .filter(grid -> !grid.factors().isEmpty())
                .toList();
        List<Content> contents = new ArrayList<>();
        if (grids.isEmpty()) {
            contents.add(new Content.Lead("No workload was measured both on plain Java and accelerated."));
        }
        for (Grid grid : grids) {
            contents.add(new Content.Lead(lead(grid)));
            contents.add(table(grid));
        }
        if (!grids.isEmpty()) {
            contents.add(
                    new Content.Text("A factor of 4x means a quarter of the time that plain Java loops take on the "
                            + "same machine and JVM. Factors are geometric means over the depths and widths that "
                            + "every column of the row has; of each target the fastest fusion counts. "
                            + "Unsteady is what rests on a row that the report of its run calls so."));
        }
        return new Section("Speed-up by machine", contents);
    }

    private static Stream<Target> targets(List<RunFacts> runs) {
        return runs.stream()
                .flatMap(facts -> facts.run().jvms().stream()
                        .flatMap(jvm -> facts.speedups(jvm, Workload.all()).targets().stream()))
                .distinct();
    }

    private static Grid grid(Target target, List<RunFacts> runs) {
        Map<Workload, Map<Setting, List<Factor>>> grid = new LinkedHashMap<>();
        for (RunFacts facts : runs) {
            Run run = facts.run();
            for (JvmSetup jvm : run.jvms()) {
                Setting setting = new Setting(run.machine().before().id(), run.label(jvm));
                Speedups speedups = facts.speedups(jvm, Workload.all());
                for (Workload workload : Workload.all()) {
                    List<Factor> factors = speedups.factors(workload, target, speedups.points());
                    if (!factors.isEmpty()) {
                        grid.computeIfAbsent(workload, w -> new LinkedHashMap<>())
                                .computeIfAbsent(setting, s -> new ArrayList<>())
                                .addAll(factors);
                    }
                }
            }
        }
        return new Grid(target, grid);
    }

    private static String lead(Grid grid) {
        List<Workload> shared = grid.shared();
        if (shared.isEmpty()) {
            return grid.target() + ": no workload was measured on every machine, so there is no mean to compare.";
        }
        return grid.target() + " is "
                + grid.settings().stream()
                        .map(s -> Unit.FACTOR.format(grid.mean(s).orElseThrow()) + " as fast as plain Java on " + s)
                        .collect(Collectors.joining("; "))
                + "; over the " + shared.size() + " workload(s) that every column has.";
    }

    private static Table table(Grid grid) {
        List<Setting> settings = List.copyOf(grid.settings());
        List<String> columns = new ArrayList<>(List.of("Workload"));
        settings.forEach(setting -> columns.add(setting.toString()));
        List<List<Cell>> rows = new ArrayList<>();
        Workload.all().stream().filter(grid.factors()::containsKey).forEach(workload -> {
            List<Cell> cells = new ArrayList<>(List.of(Cell.words(workload.name())));
            settings.forEach(setting -> cells.add(cell(grid, workload, setting)));
            rows.add(cells);
        });
        return new Table("Speed-up of " + grid.target() + " over plain Java", columns, rows);
    }

    private static Cell cell(Grid grid, Workload workload, Setting setting) {
        String reason = grid.factors().get(workload).containsKey(setting)
                ? "no depth and width was measured on every machine of this row"
                : "the target or its plain Java baseline was not measured there";
        boolean steady = grid.factors(workload, setting).stream().allMatch(Factor::steady);
        return grid.mean(workload, setting)
                .map(mean -> steady
                        ? Cell.number(mean, Unit.FACTOR)
                        : new Cell.Warning(Unit.FACTOR.format(mean) + " (unsteady)"))
                .orElseGet(() -> Cell.missing(reason));
    }
}
