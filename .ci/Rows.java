import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.convmark.model.Block;
import org.convmark.model.Axis;
import org.convmark.model.Case;
import org.convmark.model.Pattern;
import org.convmark.model.Stack;
import org.convmark.model.Target;
import org.convmark.model.Workload;

/**
 * Counts the rows of the runs in a folder: every pattern and block on every target of ours, an operator, an activation and three
 * networks on VECTOR, two patterns on the peers, a row on every axis, and the roofs of targets that have some.
 */
final class Rows {
    public static void main(String[] arguments) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(Path.of(arguments[0]))) {
            files = all.filter(f -> f.endsWith("jmh.json")).toList();
        }
        Set<String> measured = new TreeSet<>();
        files.forEach(file -> read(file).forEach(row -> measured.add(name(row))));
        Set<String> missing = new TreeSet<>();
        Stream.<Stack[]>of(Pattern.values(), Block.values())
                .flatMap(Stream::of)
                .forEach(stack -> Target.own().forEach(t -> missing.add(stack.name() + " " + t)));
        Stream.of("DEPTHWISE_5X5", "SILU", "RESNET_18", "SHUFFLENET_V2", "DARTS_V2")
                .forEach(workload -> missing.add(workload + " " + Target.VECTOR));
        EnumSet.complementOf(EnumSet.copyOf(Target.own()))
                .forEach(peer -> List.of("RESIDUAL", "SHUFFLE").forEach(w -> missing.add(w + " " + peer)));
        EnumSet.complementOf(EnumSet.of(Axis.NONE)).forEach(axis -> missing.add("axis " + axis));
        missing.add("roof " + Target.VECTOR);
        missing.add("roof " + Target.OPENCL);
        int expected = missing.size();
        missing.removeAll(measured);
        missing.forEach(m -> System.out.println("missing: " + m));
        System.out.printf(
                "smoke run: %d passed, %d failed%n", expected - missing.size(), missing.size());
        System.exit(missing.isEmpty() ? 0 : 1);
    }

    private static JsonNode read(Path file) {
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code PLAIN VECTOR}, {@code axis KEPT} or {@code roof VECTOR}. */
    private static String name(JsonNode row) {
        String method = row.get("benchmark").asText();
        Map<String, String> params = new HashMap<>();
        row.get("params").fields().forEachRemaining(e -> params.put(e.getKey(), e.getValue().asText()));
        Case measured = Case.of(method.substring(0, method.lastIndexOf('.')), params);
        if (measured instanceof Case.Work work && !work.axis().isNone()) {
            return "axis " + work.axis().axis();
        }
        return (measured instanceof Case.Work work ? work.workload().name() : "roof") + " " + measured.target();
    }
}
