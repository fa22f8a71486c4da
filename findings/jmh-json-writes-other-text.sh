#!/usr/bin/env bash
# JMH 1.37: the results JSON contains parameter values that differ from those measured.
#
# One expects a JSON writer to escape what JSON reserves, and a reader to get back each @Param value. While laying the file out, JMH marks such
# characters by pairs that start with &, and at the end replaces the pairs, including those that were in the value. So a pair of & and one of seven
# characters is read back as & and another character, in valid JSON and without a message: the query x&=1 becomes x&>1. Control characters, including
# tabs and line ends, are left out. Two values that differ only in these become one row for a program that identifies rows by parameters.
#
# Versions: jmh-core and jmh-generator-annprocess 1.37, jackson-databind 2.22.3 from Maven Central, any JDK from 17 on (seen with 17.0.15).
# Output seen, over all ASCII characters, alone and after &:
#   &' is read as &"   &( is read as &{   &) is read as &}   &- is read as &<   &/ is read as &\   &: is read as &;   &= is read as &>
#   left out: 33 control characters of 33
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
cat >src/main/java/finding/Texts.java <<'JAVA'
package finding;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import org.openjdk.jmh.annotations.*;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.*;

@State(Scope.Benchmark)
public class Texts {
    @Param("")
    public String text;

    @Benchmark
    public int work() {
        return text.length();
    }

    public static void main(String[] arguments) throws Exception {
        int absent = 0;
        for (char c = 0; c < 128; c++) {
            absent += readBack("x" + c + "y").equals("xy") ? 1 : 0;
            String pair = "&" + c;
            String read = readBack(pair);
            if (!read.equals(pair) && !read.equals("&")) {
                System.out.println(pair + " is read as " + read);
            }
        }
        System.out.println("left out: " + absent + " control characters of 33");
    }

    private static String readBack(String text) throws Exception {
        File file = new File("results.json");
        Options options = new OptionsBuilder()
                .include(Texts.class.getName())
                .param("text", text)
                .forks(0)
                .mode(Mode.SingleShotTime)
                .warmupIterations(0)
                .measurementIterations(1)
                .verbosity(VerboseMode.SILENT)
                .resultFormat(ResultFormatType.JSON)
                .result(file.getPath())
                .build();
        new Runner(options).run();
        return new ObjectMapper().readTree(file).get(0).get("params").get("text").asText();
    }
}
JAVA
mvn -q -B package
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -cp "target/classes:$(cat classpath)" finding.Texts 2>/dev/null | grep -E ' is read as |^left out' | tee output
diff output - <<'SEEN'
&' is read as &"
&( is read as &{
&) is read as &}
&- is read as &<
&/ is read as &\
&: is read as &;
&= is read as &>
left out: 33 control characters of 33
SEEN
