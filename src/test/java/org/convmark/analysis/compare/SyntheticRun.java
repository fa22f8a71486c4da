package org.convmark.analysis.compare;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Metric;
import org.convmark.results.Measurement;
import org.convmark.results.MetricSamples;
import org.convmark.results.Run;
import org.convmark.results.Subject;

/** Made-up runs on the machine of a canned one. */
public final class SyntheticRun {
    private static final Run CANNED = Run.read(Path.of("src/test/resources/org/convmark/analysis/canned-peers"));

    /** The JVM of the rows. */
    public static final JvmSetup JVM = CANNED.measurements().get(0).jvm();

    private final List<Measurement> rows = new ArrayList<>();
    private final Random random;

    /** @param seed of the noise, 1 % between forks */
    public SyntheticRun(long seed) {
        random = new Random(seed);
    }

    /** Adds rows of widths 1, 2, ... with a mean time. */
    public SyntheticRun rows(int count, int forks, double seconds) {
        for (int i = 0; i < count; i++) {
            row(rows.size() + 1, forks, seconds);
        }
        return this;
    }

    private void row(int width, int forks, double seconds) {
        List<List<Double>> samples = new ArrayList<>();
        for (int f = 0; f < forks; f++) {
            double time = seconds * Math.exp(0.01 * random.nextGaussian());
            samples.add(List.of(time, time * 1.001, time * 0.999));
        }
        add(width, JVM, "avgt", samples);
    }

    /** Adds a row whose forks a neighbour slows down by up to 80 %, but for single passes. */
    SyntheticRun disturbed(int width, int forks, double seconds) {
        List<List<Double>> samples = new ArrayList<>();
        List<List<Double>> least = new ArrayList<>();
        for (int f = 0; f < forks; f++) {
            double time = seconds * (1.1 + 0.7 * random.nextDouble());
            samples.add(List.of(time, time * 1.05, time * 0.95));
            double pass = 1e6 * seconds * Math.exp(0.01 * random.nextGaussian());
            least.add(List.of(pass * 1.4, pass, pass * 1.2));
        }
        return add(width, JVM, "avgt", samples, Map.of(Metric.MIN, new MetricSamples(least)));
    }

    /** Adds a row. */
    public SyntheticRun add(int width, JvmSetup jvm, String mode, List<List<Double>> samples) {
        return add(width, jvm, mode, samples, Map.of());
    }

    private SyntheticRun add(
            int width, JvmSetup jvm, String mode, List<List<Double>> samples, Map<Metric, MetricSamples> metrics) {
        Map<String, String> params = Map.of(
                "depth",
                "1",
                "width",
                String.valueOf(width),
                "image",
                "8",
                "batch",
                "1",
                "workers",
                "1",
                "fusion",
                "NONE",
                "target",
                "SCALAR");
        rows.add(new Measurement(
                Subject.of("org.convmark.bench.pattern.PlainBenchmark", new TreeMap<>(params)),
                jvm,
                List.of(),
                "1.37",
                mode,
                1,
                samples,
                metrics,
                Map.of()));
        return this;
    }

    /** The run. */
    public Run run() {
        return new Run(Path.of("run"), CANNED.machine(), CANNED.plan(), rows, List.of());
    }
}
