#!/usr/bin/env bash
# JMH 1.37: one comma in the name of a secondary result makes the whole results JSON invalid.
#
# A profiler names its results freely, by the label of a ScalarResult. One expects the JSON writer to escape the names, as it escapes the values of
# @Param. Found: it writes names and units as they are, and lays the file out as if it held no strings: it breaks the line after each comma and around
# brackets and braces, also inside a name. JSON allows no line end in a string, so a strict reader refuses the file with all rows in it, and JMH says
# nothing. A quotation mark or a backslash does the same. ; < > become , [ ] without an error: "cold < 1 ms" is read as "cold [ 1 ms", so two different
# names may become one.
#
# Versions: jmh-core and jmh-generator-annprocess 1.37, jackson-databind 2.22.3 from Maven Central, any JDK from 17 on (seen with 17.0.15).
# Output seen, over all printable ASCII characters:
#   name: invalid JSON with " , [ \ ] { }   changed: ; to ,  < to [  > to ]
#   unit: invalid JSON with " , [ \ ] { }   changed: ; to ,  < to [  > to ]
#   name "conv 3x3, stride 2": invalid JSON
#   name "cold < 1 ms": read as "cold [ 1 ms"
# Ends with 1 if that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
mkdir -p src/main/java/finding
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <properties>
    <maven.compiler.release>17</maven.compiler.release>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency><groupId>org.openjdk.jmh</groupId><artifactId>jmh-core</artifactId><version>1.37</version></dependency>
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId><version>2.22.3</version></dependency>
  </dependencies>
  <build><plugins><plugin>
    <artifactId>maven-compiler-plugin</artifactId><version>3.15.0</version>
    <configuration><annotationProcessorPaths><path>
      <groupId>org.openjdk.jmh</groupId><artifactId>jmh-generator-annprocess</artifactId><version>1.37</version>
    </path></annotationProcessorPaths></configuration>
  </plugin></plugins></build>
</project>
XML
cat >src/main/java/finding/OneResult.java <<'JAVA'
package finding;

import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.*;

/** A profiler of one secondary result. */
public class OneResult implements InternalProfiler {
    static String name;
    static String unit;

    @Override
    public String getDescription() {
        return "one result";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<? extends Result> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        return List.of(new ScalarResult(name, 1, unit, AggregationPolicy.AVG));
    }
}
JAVA
cat >src/main/java/finding/Names.java <<'JAVA'
package finding;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.util.Map;
import org.openjdk.jmh.annotations.*;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.*;

@State(Scope.Benchmark)
public class Names {
    /** What is read back as the name and the unit of the result. */
    private record Read(String name, String unit) {}

    @Benchmark
    public int work() {
        return 1;
    }

    public static void main(String[] arguments) throws Exception {
        characters(true);
        characters(false);
        for (String name : new String[] {"conv 3x3, stride 2", "cold < 1 ms"}) {
            Read read = readBack(name, "ms");
            System.out.println("name \"" + name + "\": " + (read == null ? "invalid JSON" : "read as \"" + read.name() + '"'));
        }
    }

    private static void characters(boolean inName) throws Exception {
        StringBuilder invalid = new StringBuilder();
        StringBuilder changed = new StringBuilder();
        for (char c = ' '; c < 127; c++) {
            String text = "x" + c + "y";
            Read read = inName ? readBack(text, "ms") : readBack("x", text);
            if (read == null) {
                invalid.append(' ').append(c);
                continue;
            }
            String back = inName ? read.name() : read.unit();
            if (!back.equals(text)) {
                changed.append(' ').append(c).append(" to ").append(back, 1, back.length() - 1).append(' ');
            }
        }
        System.out.println((inName ? "name" : "unit") + ": invalid JSON with" + invalid + "   changed:" + changed.toString().stripTrailing());
    }

    /** Null if the file is no JSON. */
    private static Read readBack(String name, String unit) throws Exception {
        OneResult.name = name;
        OneResult.unit = unit;
        File file = new File("results.json");
        Options options = new OptionsBuilder()
                .include(Names.class.getName())
                .addProfiler(OneResult.class)
                .forks(0)
                .mode(Mode.SingleShotTime)
                .warmupIterations(0)
                .measurementIterations(1)
                .verbosity(VerboseMode.SILENT)
                .resultFormat(ResultFormatType.JSON)
                .result(file.getPath())
                .build();
        new Runner(options).run();
        try {
            Map.Entry<String, JsonNode> result =
                    new ObjectMapper().readTree(file).get(0).get("secondaryMetrics").fields().next();
            return new Read(result.getKey(), result.getValue().get("scoreUnit").asText());
        } catch (JsonProcessingException e) {
            return null;
        }
    }
}
JAVA
mvn -q -B package
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -cp "target/classes:$(cat classpath)" finding.Names 2>/dev/null | grep -E '^(name|unit)' | tee output
diff output - <<'SEEN'
name: invalid JSON with " , [ \ ] { }   changed: ; to ,  < to [  > to ]
unit: invalid JSON with " , [ \ ] { }   changed: ; to ,  < to [  > to ]
name "conv 3x3, stride 2": invalid JSON
name "cold < 1 ms": read as "cold [ 1 ms"
SEEN
