package org.convmark.bench;

import java.util.HashMap;
import java.util.Map;
import org.convmark.model.Case;
import org.openjdk.jmh.infra.BenchmarkParams;

/** The case that JMH measures in a fork. */
final class MeasuredCase {
    private MeasuredCase() {}

    static Case of(BenchmarkParams benchmark) {
        Map<String, String> params = new HashMap<>();
        benchmark.getParamsKeys().forEach(key -> params.put(key, benchmark.getParam(key)));
        String method = benchmark.getBenchmark();
        return Case.of(method.substring(0, method.lastIndexOf('.')), params);
    }
}
