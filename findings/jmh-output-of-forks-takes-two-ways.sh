#!/usr/bin/env bash
# JMH 1.37: the output of a fork reaches the program that runs it in two ways, and only one can be intercepted.
#
# A program that starts JMH's Runner with its own OutputFormat expects the output of forks there. Found: what the JVM of the fork prints itself (native
# code, -XX:+PrintCompilation) goes to the OutputFormat, but what Java code in the fork prints to System.out bypasses it and goes to the program's
# System.out. So a log written by an OutputFormat lacks it, and a terminal that should be quiet is not.
#
# Versions: jmh-core and jmh-generator-annprocess 1.37 from Maven Central, any JDK from 17 on (seen with 17.0.15).
# Output seen:
#   to the OutputFormat: JVM yes, Java no
#   to System.out of the program: JVM no, Java yes
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
  </dependencies>
  <build><plugins><plugin>
    <artifactId>maven-compiler-plugin</artifactId><version>3.15.0</version>
    <configuration><annotationProcessorPaths><path>
      <groupId>org.openjdk.jmh</groupId><artifactId>jmh-generator-annprocess</artifactId><version>1.37</version>
    </path></annotationProcessorPaths></configuration>
  </plugin></plugins></build>
</project>
XML
cat >src/main/java/finding/Speaks.java <<'JAVA'
package finding;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.openjdk.jmh.annotations.*;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.*;

@State(Scope.Benchmark)
public class Speaks {
    @Setup
    public void setup() {
        System.out.println("said by Java");
    }

    @Benchmark
    public int work() {
        return 1;
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream terminal = System.out;
        ByteArrayOutputStream ofProgram = new ByteArrayOutputStream();
        ByteArrayOutputStream ofFormat = new ByteArrayOutputStream();
        System.setOut(new PrintStream(ofProgram, true));
        OutputFormat format = OutputFormatFactory.createFormatInstance(new PrintStream(ofFormat, true), VerboseMode.NORMAL);
        Options options = new OptionsBuilder()
                .include(Speaks.class.getName())
                .forks(1)
                .jvmArgs("-XX:+PrintCompilation")
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(200))
                .build();
        new Runner(options, format).run();
        System.setOut(terminal);
        tell("the OutputFormat", ofFormat);
        tell("System.out of the program", ofProgram);
    }

    private static void tell(String where, ByteArrayOutputStream what) {
        System.out.println("to " + where + ": JVM " + word(what, "java.lang.String::hashCode") + ", Java "
                + word(what, "said by Java"));
    }

    private static String word(ByteArrayOutputStream what, String sign) {
        return what.toString().contains(sign) ? "yes" : "no";
    }
}
JAVA
mvn -q -B package
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath -Dmdep.outputFile=classpath
java -cp "target/classes:$(cat classpath)" finding.Speaks 2>/dev/null | tee output
diff output - <<'SEEN'
to the OutputFormat: JVM yes, Java no
to System.out of the program: JVM no, Java yes
SEEN
