package org.convmark.tune;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.convmark.bench.ForkedJvm;
import org.convmark.bench.NotCompiled;
import org.convmark.bench.WorkloadBenchmark;
import org.convmark.engine.Engines;
import org.convmark.fusion.FusionCapabilities;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.fusion.ScheduleSpace;
import org.convmark.io.Json;
import org.convmark.kernel.Engine;
import org.convmark.kernel.Program;
import org.convmark.kernel.Reference;
import org.convmark.kernel.Weights;
import org.convmark.kernel.Workers;
import org.convmark.model.Case;
import org.convmark.model.Graph;
import org.convmark.results.Row;

/**
 * Main class of a child JVM that searches the schedule of one row, under the row's {@link org.convmark.jvm.ForkContract}. Prints one
 * line: the finding as JSON, or nothing if the row has a single schedule.
 */
public final class SearchMain {
    /** Start of the line. */
    static final String MARK = "convmark found ";

    /** Least time that a lap runs a program. */
    private static final long LAP_NANOS = 5_000_000;

    private SearchMain() {}

    /**
     * @param arguments milliseconds to spend, and the row as JSON
     * @throws IllegalStateException if a result is wrong, or the planner's choice cannot be timed
     */
    public static void main(String[] arguments) throws JsonProcessingException {
        Duration budget = Duration.ofMillis(Long.parseLong(arguments[0]));
        Case.Work row = Json.MAPPER.readValue(arguments[1], Row.class).work();
        Graph graph = row.problem().graph();
        Graph fused = graph.fuse(row.fusion());
        ScheduleSpace space = new ScheduleSpace(
                ForkedJvm.constraints(ScheduleOverride.NONE), FusionCapabilities.CPU, Workers.threads(row.workers()));
        Weights weights = new Weights(graph, WorkloadBenchmark.SEED, Weights.Fill.RANDOM);
        Reference reference = Engines.reference(weights);
        try (Engine engine = ForkedJvm.open(row.target(), row.workers(), row.algorithm())) {
            Program planned = engine.compile(fused, weights);
            planned.verify(reference);
            ForkedJvm.warmUp(row.target(), planned, planned::run);
            Search.Track track = new Programs(row, fused, weights, reference, planned);
            Optional<Finding> finding =
                    new Search(track, WorkloadBenchmark.SEED, System::nanoTime).among(space.of(fused), budget);
            if (finding.isPresent()) {
                System.out.println(MARK + Json.MAPPER.writeValueAsString(finding.get()));
            }
        }
    }

    /** Programs of a row, each compiled when it is its turn, beside that of the planner's choice. */
    private record Programs(Case.Work row, Graph fused, Weights weights, Reference reference, Program planned)
            implements Search.Track {
        @Override
        public Optional<double[]> race(ScheduleOverride schedule, int laps) {
            try (Engine engine = ForkedJvm.open(row.target(), row.workers(), row.algorithm(), schedule)) {
                Program program = engine.compile(fused, weights);
                program.verify(reference);
                ForkedJvm.warmUpAgain(row.target(), program);
                return Optional.of(IntStream.range(0, laps)
                        .mapToDouble(n -> lap(program, n))
                        .toArray());
            } catch (NotCompiled e) {
                return Optional.empty(); // the JVM did not compile its kernels, so its time would mean nothing
            }
        }

        /** Every second lap the planner's choice runs first, so that neither always finds what the other left in the caches. */
        private double lap(Program program, int n) {
            if (n % 2 == 0) {
                double time = nanos(program);
                return time / nanos(planned);
            }
            double own = nanos(planned);
            return nanos(program) / own;
        }
    }

    /** Mean time of a pass. */
    private static double nanos(Program program) {
        long start = System.nanoTime();
        long now;
        int passes = 0;
        do {
            program.run();
            passes++;
            now = System.nanoTime();
        } while (now - start < LAP_NANOS);
        return (double) (now - start) / passes;
    }
}
