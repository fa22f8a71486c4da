package org.convmark.results;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.convmark.io.FileErrors;
import org.convmark.io.Json;
import org.convmark.io.JsonErrors;
import org.convmark.jvm.JvmSetup;
import org.convmark.model.Metric;

/** Reads JMH's JSON result file as measurements. */
final class JmhJson {
    /** Results are read one by one, so something follows most of them. */
    private static final ObjectReader JSON =
            Json.MAPPER.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final Map<String, Double> SECONDS =
            Map.of("ns", 1e-9, "us", 1e-6, "ms", 1e-3, "s", 1.0, "min", 60.0, "hr", 3600.0, "day", 86400.0);

    /** The dot that older versions of JMH put before the names of profilers' results. */
    private static final String OLD_PREFIX = "\u00b7";

    private final Path file;
    /** Each distinct JVM once, so that rows share it. */
    private final Map<JvmSetup, JvmSetup> jvms = new HashMap<>();

    JmhJson(Path file) {
        this.file = file;
    }

    /**
     * What a file holds.
     *
     * @param failures results without a usable time
     */
    record Content(List<Measurement> measurements, List<Failure> failures) {}

    /** A result without a usable time; the other results are still read. */
    private static final class Unusable extends Exception {
        private static final long serialVersionUID = 1;

        Unusable(String reason) {
            super(reason);
        }
    }

    /**
     * Reads results one by one, so that a large file is never held in memory as one tree.
     *
     * @throws IllegalArgumentException with one sentence if the file is absent, empty or damaged
     */
    Content read() {
        Content content = new Content(new ArrayList<>(), new ArrayList<>());
        try (JsonParser parser = JSON.createParser(Files.readAllBytes(file))) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw damaged("it does not hold a list of results");
            }
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                add(JSON.readTree(parser), content);
            }
            if (parser.nextToken() != null) {
                throw damaged("something follows the list of results");
            }
        } catch (JsonProcessingException e) {
            throw damaged(JsonErrors.of(e));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    file + " does not exist: give the folder of a run, or finish the run with --resume.", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    file + " cannot be read (" + FileErrors.reason(e) + "): check its permissions.", e);
        }
        return content;
    }

    private void add(JsonNode result, Content content) {
        int place = content.measurements().size() + content.failures().size() + 1;
        String benchmark = benchmark(text(result, "benchmark", "result " + place));
        SortedMap<String, String> params = params(result);
        try {
            content.measurements().add(measurement(result, benchmark, params));
        } catch (Unusable e) {
            Subject unknown = Measurement.told(new Subject.Unknown(benchmark, params), mode(result), threads(result));
            content.failures()
                    .add(new Failure(new Row(result.path("jdkVersion").asText(""), unknown), e.getMessage(), ""));
        }
    }

    /** The class name of a benchmark of Convmark's, which has one method; of other projects' benchmarks the name of the method. */
    private static String benchmark(String method) {
        return Subject.isOwn(method) ? method.substring(0, method.lastIndexOf('.')) : method;
    }

    private IllegalArgumentException damaged(String what) {
        return new IllegalArgumentException(file + " is empty, cut short or damaged (" + what
                + "): restore it from a copy, or, while the run is unfinished, write it again with --resume.");
    }

    /** JMH before 1.21 did not record which JVM it was. */
    private Measurement measurement(JsonNode result, String benchmark, SortedMap<String, String> params)
            throws Unusable {
        JsonNode primary = result.path("primaryMetric");
        String unit = primary.path("scoreUnit").asText();
        List<List<Double>> samples = samples(primary);
        if (samples.isEmpty() || samples.stream().anyMatch(List::isEmpty)) {
            throw new Unusable("its result holds no samples");
        }
        return new Measurement(
                subject(benchmark, params),
                jvms.computeIfAbsent(jvm(result), same -> same),
                strings(result.path("jvmArgs")),
                result.path("jmhVersion").asText(""),
                mode(result),
                threads(result),
                inSeconds(samples, unit),
                metrics(result),
                kernels(result));
    }

    private static JvmSetup jvm(JsonNode result) throws Unusable {
        try {
            return JvmSetup.ofFork(
                    result.path("jdkVersion").asText(""),
                    result.path("vmName").asText(""),
                    result.path("jvm").asText(""),
                    strings(result.path("jvmArgs")));
        } catch (IllegalArgumentException e) {
            throw new Unusable("its jvmArgs contain a setting that no JVM can have (" + e.getMessage() + ")");
        }
    }

    private static String mode(JsonNode result) {
        return result.path("mode").asText();
    }

    private static int threads(JsonNode result) {
        return result.path("threads").asInt(1);
    }

    private static Subject subject(String benchmark, SortedMap<String, String> params) throws Unusable {
        try {
            return Subject.of(benchmark, params);
        } catch (IllegalArgumentException e) {
            throw new Unusable(Measurement.notKnown(e.getMessage()));
        }
    }

    private String text(JsonNode node, String field, String place) {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw damaged(place + " has no " + field);
        }
        return value.textValue();
    }

    private static List<String> strings(JsonNode list) {
        List<String> strings = new ArrayList<>();
        list.forEach(node -> strings.add(node.asText()));
        return strings;
    }

    private static SortedMap<String, String> params(JsonNode result) {
        SortedMap<String, String> params = new TreeMap<>();
        result.path("params")
                .fields()
                .forEachRemaining(e -> params.put(e.getKey(), e.getValue().asText()));
        return params;
    }

    /** One list per fork, one number per iteration: as JMH recorded it, or the mean of the histogram if JMH sampled times. */
    private static List<List<Double>> samples(JsonNode metric) {
        List<List<Double>> forks = new ArrayList<>();
        for (JsonNode fork : metric.path("rawData")) {
            List<Double> iterations = new ArrayList<>();
            fork.forEach(sample -> iterations.add(sample.asDouble(Double.NaN)));
            forks.add(iterations);
        }
        for (JsonNode fork : metric.path("rawDataHistogram")) {
            List<Double> iterations = new ArrayList<>();
            fork.forEach(histogram -> iterations.add(mean(histogram)));
            forks.add(iterations);
        }
        return forks;
    }

    /** The mean of pairs of a value and its count. */
    private static double mean(JsonNode histogram) {
        double sum = 0;
        double count = 0;
        for (JsonNode pair : histogram) {
            sum += pair.path(0).asDouble(Double.NaN) * pair.path(1).asDouble(Double.NaN);
            count += pair.path(1).asDouble(Double.NaN);
        }
        return sum / count;
    }

    /** Converts time per operation, or operations per time, to seconds per operation. */
    private static List<List<Double>> inSeconds(List<List<Double>> samples, String unit) throws Unusable {
        String[] parts = unit.split("/");
        Double time = parts.length == 2 ? SECONDS.get(parts[parts[0].equals("ops") ? 1 : 0]) : null;
        if (time == null) {
            throw new Unusable("its result has the unit '" + unit + "', which is not a unit of time");
        }
        return samples.stream()
                .map(fork -> fork.stream()
                        .map(x -> parts[0].equals("ops") ? time / x : x * time)
                        .toList())
                .toList();
    }

    private static Map<Metric, MetricSamples> metrics(JsonNode result) {
        Map<Metric, MetricSamples> metrics = new EnumMap<>(Metric.class);
        result.path("secondaryMetrics").fields().forEachRemaining(e -> Metric.named(withoutPrefix(e.getKey()))
                .ifPresent(metric -> metrics.put(metric, new MetricSamples(secondary(e.getValue())))));
        return metrics;
    }

    private static Map<String, Double> kernels(JsonNode result) {
        Map<String, Double> kernels = new LinkedHashMap<>();
        result.path("secondaryMetrics").fields().forEachRemaining(e -> Metric.label(e.getKey())
                .ifPresent(label -> kernels.put(
                        label, Metric.ISOLATED.scale() * new MetricSamples(secondary(e.getValue())).median())));
        return kernels;
    }

    private static String withoutPrefix(String name) {
        return name.startsWith(OLD_PREFIX) ? name.substring(OLD_PREFIX.length()) : name;
    }

    /** Profilers that watch a whole fork leave no samples, only a score. */
    private static List<List<Double>> secondary(JsonNode metric) {
        List<List<Double>> samples = samples(metric);
        return samples.stream().allMatch(List::isEmpty)
                ? List.of(List.of(metric.path("score").asDouble(Double.NaN)))
                : samples;
    }
}
