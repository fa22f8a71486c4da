package org.convmark.run;

import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.convmark.io.Choices;
import org.convmark.io.InputError;
import org.convmark.machine.Machine;
import org.convmark.model.ActivationChain;
import org.convmark.model.AxisPoint;
import org.convmark.model.Block;
import org.convmark.model.Case;
import org.convmark.model.Extents;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Network;
import org.convmark.model.Parameter;
import org.convmark.model.Pattern;
import org.convmark.model.Precision;
import org.convmark.model.RoofLoop;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.model.Workload;

/** How much of the suite is measured, and how thoroughly. The only list of profiles. */
public enum Profile {
    /**
     * Every pattern and block once at a tiny size, to see that it works: estimated under 5 minutes on two cores. Networks run only if
     * named, and on one target, because each takes seconds to compile and check.
     */
    SMOKE(
            Family.PATTERNS_AND_BLOCKS,
            parameters(List.of(1), List.of(16), 14, List.of(1), List.of(1)),
            Comparison.BEST_OF_EACH,
            List.of(RoofLoop.TRIAD),
            List.of(WorkingSet.L1, WorkingSet.MEMORY),
            new MeasurementSettings(1, 30_000, 2, 25)) {
        @Override
        List<Target> targets(Workload workload) {
            return workload instanceof Network ? List.of(Target.VECTOR) : super.targets(workload);
        }

        @Override
        int image(Network network) {
            return network.smallestImage();
        }

        @Override
        List<AxisPoint> points(Workload workload, Target target) {
            if (target != Target.VECTOR) {
                return List.of();
            }
            return workload == Pattern.RESIDUAL
                    ? onAxes("SKIPPED@0.5@4")
                    : workload == Pattern.PLAIN
                            ? onAxes("KEPT@0.5", "DENSITY@0.5", "PRECISION@W8", "IMAGE@7", "BATCH@2")
                            : List.of();
        }
    },
    /**
     * Every pattern at two depths and two widths, changed one at a time, and every block: estimated about 10 minutes on two cores. The
     * effects of depth and of width need three points; the fourth, which changes both, would take the most time. A stack of blocks
     * repeats one block, so the gain of fusion is measured at depth 1, and at the width where kernels are long compared with their
     * launch.
     */
    QUICK(
            Family.PATTERNS_AND_BLOCKS,
            parameters(List.of(1, 2), List.of(16, 64), 28, List.of(1), List.of(1)),
            Comparison.BEST_OF_EACH,
            List.of(RoofLoop.TRIAD),
            List.of(WorkingSet.values()),
            new MeasurementSettings(1, 30_000, 5, 40)) {
        @Override
        List<String> usual(Workload workload, Parameter extent) {
            List<String> all = super.usual(workload, extent);
            return !(workload instanceof Block)
                    ? all
                    : List.of(extent == Parameter.DEPTH ? all.get(0) : largest(extent));
        }

        @Override
        boolean measures(Map<Parameter, String> point) {
            return !Stream.of(Parameter.DEPTH, Parameter.WIDTH)
                    .allMatch(extent -> largest(extent).equals(point.get(extent)));
        }
    },
    /**
     * Every pattern and block at one size, and at some points of every axis: estimated under an hour on two cores. Without zeros, sparse
     * kernels are slower than dense ones, so their curves begin at density 1.
     */
    AXES(
            Family.PATTERNS_AND_BLOCKS,
            parameters(List.of(1), List.of(64), 28, List.of(1), List.of(1)),
            Comparison.BEST_OF_EACH,
            List.of(RoofLoop.TRIAD),
            List.of(WorkingSet.L1, WorkingSet.MEMORY),
            new MeasurementSettings(1, 30_000, 5, 40)) {
        @Override
        List<AxisPoint> points(Workload workload, Target target) {
            List<AxisPoint> all = onAxes(
                    "KEPT@0.9",
                    "KEPT@0.7",
                    "KEPT@0.5",
                    "KEPT@0.5@16",
                    "KEPT@0.25@16",
                    "DENSITY@1",
                    "DENSITY@0.3",
                    "DENSITY@1@16",
                    "DENSITY@0.3@16",
                    "PRECISION@W8",
                    "PRECISION@INT8",
                    "SKIPPED@0@8",
                    "SKIPPED@0.5@8",
                    "SKIPPED@0.5@CHANNELS",
                    "IMAGE@14",
                    "IMAGE@56",
                    "BATCH@4");
            return all.stream()
                    .filter(point -> switch (point.axis()) {
                        case DENSITY -> workload instanceof Pattern && target.hasSparseKernels();
                        case PRECISION ->
                            workload instanceof Pattern && target.computesIn(Precision.valueOf(point.value()));
                        case SKIPPED -> target.skipsTiles() && skips(workload, point);
                        default -> true;
                    })
                    .toList();
        }
    },
    /**
     * What a GPU can do, on OPENCL alone: every pattern and block on one image, which leaves most of a large GPU idle, on 32 and on 128, in
     * floats, halves and integers, and the two families of networks that Lavin (2024) compares.
     */
    GPU(
            Family.PATTERNS_AND_BLOCKS,
            parameters(List.of(1), List.of(64), 56, List.of(1, 32, 128), List.of(1)),
            Comparison.BEST_OF_EACH,
            List.of(RoofLoop.READ, RoofLoop.COPY, RoofLoop.TRIAD),
            List.of(WorkingSet.values()),
            new MeasurementSettings(1, 30_000, 5, 100)) {
        @Override
        boolean measures(Workload workload) {
            return super.measures(workload)
                    || workload instanceof Network network && network.name().matches("CONV(FIRST|NEXT)_.*");
        }

        @Override
        List<Target> targets(Workload workload) {
            return List.of(Target.OPENCL);
        }

        @Override
        List<AxisPoint> points(Workload workload, Target target) {
            return onAxes("PRECISION@FP16", "PRECISION@INT8");
        }

        @Override
        List<?> sizes(Parameter size, Machine machine) {
            return size == Parameter.OPERANDS
                    ? List.of(Precision.FP32, Precision.FP16, Precision.INT8)
                    : super.sizes(size, machine);
        }
    },
    /** Enough to draw conclusions about a machine: hours. */
    STANDARD(
            Family.EVERYTHING,
            parameters(List.of(1, 2, 4), List.of(16, 32, 64), 56, List.of(1), List.of(1)),
            Comparison.EVERY_FUSION,
            List.of(RoofLoop.READ, RoofLoop.COPY, RoofLoop.TRIAD),
            List.of(WorkingSet.values()),
            new MeasurementSettings(3, 30_000, 5, 200)),
    /** Enough forks to compare two runs, and also all cores, wider layers and batches: days. */
    FULL(
            Family.EVERYTHING,
            parameters(List.of(1, 2, 4), List.of(16, 32, 64, 128), 56, List.of(1, 4), List.of(1, 0)),
            Comparison.EVERY_FUSION,
            List.of(RoofLoop.READ, RoofLoop.COPY, RoofLoop.TRIAD),
            List.of(WorkingSet.values()),
            new MeasurementSettings(5, 30_000, 5, 200));

    /** What is measured unless benchmarks are named. */
    private enum Family {
        /** Patterns and blocks. */
        PATTERNS_AND_BLOCKS {
            @Override
            boolean holds(Workload workload) {
                return workload instanceof Pattern || workload instanceof Block;
            }
        },
        /** Single layers, activations and whole networks too. */
        EVERYTHING {
            @Override
            boolean holds(Workload workload) {
                return true;
            }
        };

        abstract boolean holds(Workload workload);
    }

    /** What is compared at each point. */
    private enum Comparison {
        /**
         * Plain Java unfused, other targets at their best: blocks with fused epilogues and as one kernel. Activation chains, which are
         * also about fusion, run with every fusion on every target.
         */
        BEST_OF_EACH {
            @Override
            List<Fusion> fusions(Workload workload, Target target) {
                if (workload instanceof Block && target.fusions().contains(Fusion.BLOCK)) {
                    return target.fusions().stream()
                            .filter(fusion -> fusion != Fusion.NONE)
                            .toList();
                }
                if (workload instanceof ActivationChain) {
                    return fusionsThatDiffer(workload, target);
                }
                boolean plain = target == Target.SCALAR || !target.fusions().contains(Fusion.EPILOGUE);
                return List.of(plain ? Fusion.NONE : Fusion.EPILOGUE);
            }
        },
        /** Every target with every fusion that it supports. */
        EVERY_FUSION {
            @Override
            List<Fusion> fusions(Workload workload, Target target) {
                return fusionsThatDiffer(workload, target);
            }
        };

        /** A target's fusions, without BLOCK where it equals EPILOGUE: for single layers and units of one convolution. */
        private static List<Fusion> fusionsThatDiffer(Workload workload, Target target) {
            Graph small = workload instanceof Network network
                    ? network.graph(network.image(), 1)
                    : ((Stack) workload).graph(1, 16, 14, 1);
            boolean differ = !small.fuse(Fusion.BLOCK).equals(small.fuse(Fusion.EPILOGUE));
            return target.fusions().stream()
                    .filter(fusion -> fusion != Fusion.BLOCK || differ)
                    .toList();
        }

        abstract List<Fusion> fusions(Workload workload, Target target);
    }

    private final Family family;
    private final Map<Parameter, List<String>> usual;
    private final Comparison comparison;
    private final List<RoofLoop> loops;
    private final List<WorkingSet> workingSets;
    private final MeasurementSettings effort;

    Profile(
            Family family,
            Map<Parameter, List<String>> usual,
            Comparison comparison,
            List<RoofLoop> loops,
            List<WorkingSet> workingSets,
            MeasurementSettings effort) {
        this.family = family;
        this.usual = usual;
        this.comparison = comparison;
        this.loops = loops;
        this.workingSets = workingSets;
        this.effort = effort;
    }

    private static Map<Parameter, List<String>> parameters(
            List<Integer> depth, List<Integer> width, int image, List<Integer> batch, List<Integer> workers) {
        return Map.of(
                Parameter.DEPTH, strings(depth),
                Parameter.WIDTH, strings(width),
                Parameter.IMAGE, List.of(String.valueOf(image)),
                Parameter.BATCH, strings(batch),
                Parameter.WORKERS, strings(workers));
    }

    private static List<String> strings(List<Integer> numbers) {
        return numbers.stream().map(String::valueOf).toList();
    }

    /** The name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The profile with this name.
     *
     * @throws InputError with the nearest known name if there is none
     */
    public static Profile named(String label) {
        return Choices.pick("profile", List.of(values()), Profile::label, label);
    }

    /** Whether a workload is measured unless benchmarks are named. */
    boolean measures(Workload workload) {
        return family.holds(workload);
    }

    /** Whether a workload of the usual size has residual branches that can skip. */
    boolean skips(Workload workload, AxisPoint point) {
        Map<Parameter, Integer> extents = new EnumMap<>(Parameter.class);
        workload.extents()
                .forEach(extent -> extents.put(
                        extent, Integer.valueOf(usual(workload, extent).get(0))));
        return new Case.Problem(workload, new Extents(extents), point).fault().isEmpty();
    }

    private static List<AxisPoint> onAxes(String... texts) {
        return Stream.of(texts).map(AxisPoint::of).toList();
    }

    /** Points of axes at which a workload is measured, besides the graph that its extents describe. */
    List<AxisPoint> points(Workload workload, Target target) {
        return List.of();
    }

    /** Values of depth, width, image, batch or workers. */
    List<String> usual(Parameter parameter) {
        return usual.get(parameter);
    }

    /** Values of depth, width, image or batch for a workload; networks have their own image size. */
    List<String> usual(Workload workload, Parameter extent) {
        return extent == Parameter.IMAGE && workload instanceof Network network
                ? List.of(String.valueOf(image(network)))
                : usual(extent);
    }

    /** Whether a combination of a workload's usual extents is measured: a profile may leave some out. */
    boolean measures(Map<Parameter, String> point) {
        return true;
    }

    String largest(Parameter extent) {
        List<String> all = usual(extent);
        return all.get(all.size() - 1);
    }

    /** The targets that run a workload unless the user names others. */
    List<Target> targets(Workload workload) {
        return List.copyOf(Target.own());
    }

    /** Rows and columns of a network's images: the size for which its accuracy was published. */
    int image(Network network) {
        return network.image();
    }

    List<Fusion> fusions(Workload workload, Target target) {
        return comparison.fusions(workload, target);
    }

    /** Values of a roof's operands, loop or bytes; none of its flops, which each loop has of its own. */
    List<?> sizes(Parameter size, Machine machine) {
        return switch (size) {
            case LOOP -> loops;
            case BYTES ->
                workingSets.stream().map(set -> set.bytes(machine)).distinct().toList();
            case OPERANDS -> List.of(Precision.FP32);
            case FLOPS -> List.of();
            default -> throw new IllegalArgumentException(size + " is not a parameter of a roof");
        };
    }

    /** How thoroughly each row is measured. */
    public MeasurementSettings effort() {
        return effort;
    }
}
