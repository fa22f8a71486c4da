#!/usr/bin/env bash
# Lucene 10.3.1 on JDK 25: the score of two vectors changes its bits once the method is compiled, within one process.
#
# VectorUtil.dotProduct on the Vector API ends in a sum over the lanes of a vector, whose order the API does not specify. The interpreter adds the lanes
# in order, C2 of JDK 25 pairwise, so the same call on the same floats gives one float at the start of a process and another one later: equal documents
# may get different scores. Without the module, where Lucene adds scalars, all bits stay the same. They also stay the same for that sum
# (FloatVector.reduceLanes) in a program of a few lines on JDK 17, at 128, 256 and 512 bits.
#
# Versions: lucene-core 10.3.1 from Maven Central; a JDK 25 beside the JDK in use, or in JAVA_HOME (seen with 25.0.3, 512 bits).
# Output seen:
#   with jdk.incubator.vector: 333 of 500 scores changed (how many depends on the length of vectors)
#   without: 0 of 500 scores changed
# Ends with 1 if either of them changes from some to none, or from none to some.
set -euo pipefail
find_jdk() {
    local home
    for home in "${JAVA_HOME:-/none}" "$(dirname -- "$(readlink -f -- "$(command -v java)")")"/../../*; do
        if [[ -x $home/bin/java ]] && "$home/bin/java" -version 2>&1 | grep -q '"25'; then
            printf '%s\n' "$home"
            return
        fi
    done
    printf 'needs a JDK 25 in JAVA_HOME or beside the one in use\n' >&2
    return 2
}
java=$(find_jdk)/bin/java
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId><artifactId>finding</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.lucene</groupId><artifactId>lucene-core</artifactId><version>10.3.1</version></dependency>
  </dependencies>
</project>
XML
mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=libs >/dev/null
cat >Scores.java <<'JAVA'
import java.util.SplittableRandom;
import org.apache.lucene.util.VectorUtil;

public class Scores {
    private static final int VECTORS = 500;
    private static final int DIMENSIONS = 384;

    public static void main(String[] arguments) {
        SplittableRandom random = new SplittableRandom(1);
        float[][] vectors = new float[VECTORS][DIMENSIONS];
        for (float[] vector : vectors) {
            for (int i = 0; i < DIMENSIONS; i++) {
                vector[i] = (float) random.nextDouble() - 0.5f;
            }
        }
        float[] first = scores(vectors);
        float[] last = first;
        for (int round = 0; round < 3000; round++) {
            last = scores(vectors);
        }
        int changed = 0;
        for (int i = 0; i < VECTORS; i++) {
            changed += first[i] == last[i] ? 0 : 1;
        }
        System.out.println(changed + " of " + VECTORS + " scores changed");
    }

    private static float[] scores(float[][] vectors) {
        float[] scores = new float[VECTORS];
        for (int i = 0; i < VECTORS; i++) {
            scores[i] = VectorUtil.dotProduct(vectors[0], vectors[i]);
        }
        return scores;
    }
}
JAVA
with=$("$java" --add-modules=jdk.incubator.vector -cp 'libs/*' Scores.java 2>/dev/null)
without=$("$java" -cp 'libs/*' Scores.java 2>/dev/null)
printf 'with jdk.incubator.vector: %s\nwithout: %s\n' "$with" "$without"
[[ $with != 0\ * && $without == 0\ * ]]
