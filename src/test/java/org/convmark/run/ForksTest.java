package org.convmark.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.convmark.bench.SecondaryResult;
import org.convmark.model.Metric;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.AverageTimeResult;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.ResultRole;

/** When one more fork is measured. */
class ForksTest {
    @ParameterizedTest
    @CsvSource({
        "two forks have no median,          100 150,             200 200,         false",
        "all alike,                         100 103 98,          200 200 200,     false",
        "one was compiled worse,            100 150 100,         200 200 200,     true",
        "its machine was slower too,        100 150 100,         200 134 200,     false",
        "its machine was faster,            100 110 100,         200 260 200,     true",
        "one of six,                        10 10 10 10 10 14,   1 1 1 1 1 1,     true",
        "half of six: which is the worse?,  10 10 10 14 14 14,   1 1 1 1 1 1,     false"
    })
    void oneMoreForkOfTheUneven(String why, String times, String roofs, boolean isUneven) {
        assertEquals(isUneven, forks("pass", times, roofs).isUneven(), why);
        assertEquals(isUneven, forks("isolated", times, roofs).isUneven(), why);
    }

    /** The isolated kernels say how a fork was compiled; its passes wait for memory and other threads too. */
    private static Forks forks(String of, String times, String roofs) {
        double[] time = numbers(times);
        double[] roof = numbers(roofs);
        Forks forks = new Forks();
        forks.add(IntStream.range(0, time.length)
                .mapToObj(i -> of.equals("pass") ? fork(time[i], roof[i]) : isolated(time[i], roof[i]))
                .collect(Collectors.toList()));
        return forks;
    }

    private static double[] numbers(String text) {
        return Arrays.stream(text.split(" ")).mapToDouble(Double::parseDouble).toArray();
    }

    private static BenchmarkResult isolated(double time, double roof) {
        BenchmarkResult fork = fork(1000 / time, roof);
        fork.addBenchmarkResult(SecondaryResult.of(Metric.ISOLATED, time, AggregationPolicy.AVG));
        return fork;
    }

    private static BenchmarkResult fork(double time, double roof) {
        IterationResult iteration = new IterationResult(null, null, null);
        iteration.addResult(
                new AverageTimeResult(ResultRole.PRIMARY, "time", 1000, (long) (time * 1e6), TimeUnit.MICROSECONDS));
        BenchmarkResult fork = new BenchmarkResult(null, List.of(iteration));
        fork.addBenchmarkResult(SecondaryResult.of(Metric.ROOF, roof, AggregationPolicy.AVG));
        return fork;
    }
}
