package org.convmark.analysis.compare;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import org.convmark.analysis.statistics.Interval;
import org.convmark.io.Json;
import org.convmark.results.Measurement;

/**
 * A comparison as JSON. Ratios are the candidate's time over the base's; unknown numbers are null. A row's
 * JVM is its version and flags, as far as they are not what is compared.
 */
public final class ComparisonJson {

    private ComparisonJson() {}

    /** The comparison as one JSON object. */
    public static String text(Comparison comparison) {
        ObjectNode root = Json.MAPPER.createObjectNode();
        root.put("base", comparison.base().name());
        root.put("candidate", comparison.candidate().name());
        root.put("minEffect", comparison.criteria().minEffect());
        ObjectNode counts = root.putObject("verdicts");
        for (Verdict verdict : Verdict.values()) {
            counts.put(name(verdict), comparison.of(verdict).size());
        }
        ObjectNode mean = root.putObject("geometricMean");
        mean.put("ratio", comparison.mean().ratio());
        put(mean, comparison.mean().interval());
        ArrayNode differences = root.putArray("differences");
        comparison.differences().forEach(d -> differences
                .addObject()
                .put("name", d.name())
                .put("base", d.base())
                .put("candidate", d.candidate()));
        ArrayNode rows = root.putArray("rows");
        comparison.rows().forEach(row -> put(rows.addObject(), row));
        putUnmatched(root.putArray("onlyBase"), comparison.lost());
        putUnmatched(root.putArray("onlyCandidate"), comparison.gained());
        ArrayNode unseen = root.putArray("neither");
        comparison.unseen().forEach(row -> put(unseen.addObject(), row));
        return root.toPrettyString() + "\n";
    }

    private static void put(ObjectNode node, ComparedRow row) {
        put(node, row.key());
        node.put("verdict", name(row.verdict()));
        node.put("ratio", row.ratio());
        put(node, row.interval());
        node.put("p", row.evidence().p());
        node.put("q", row.evidence().q());
        node.put("mannWhitney", row.evidence().secondOpinion());
        if (row.verdict() == Verdict.INCONCLUSIVE) {
            node.put("settledBy", row.remedy());
        }
        put(node.putArray("baseForkSeconds"), row.base());
        put(node.putArray("candidateForkSeconds"), row.candidate());
    }

    private static void putUnmatched(ArrayNode array, List<Comparison.Unmatched> rows) {
        for (Comparison.Unmatched row : rows) {
            ObjectNode node = array.addObject();
            put(node, row.key());
            node.put("reason", row.reason());
        }
    }

    private static void put(ObjectNode node, Comparison.Unseen row) {
        put(node, row.key());
        node.put("baseReason", row.base());
        node.put("candidateReason", row.candidate());
    }

    private static void put(ObjectNode node, Interval interval) {
        boolean known = interval.high() < Double.POSITIVE_INFINITY;
        node.put("low", known ? (Double) interval.low() : null);
        node.put("high", known ? (Double) interval.high() : null);
    }

    private static void put(ArrayNode array, List<Measurement> rows) {
        rows.forEach(row -> row.forkMedians().forEach(array::add));
    }

    private static void put(ObjectNode node, RowKey key) {
        node.put("benchmark", key.row().benchmark());
        ObjectNode params = node.putObject("params");
        key.row().settings().forEach(params::put);
        node.put("jvm", key.jvmTitle());
    }

    private static String name(Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }
}
