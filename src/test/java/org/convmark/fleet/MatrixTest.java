package org.convmark.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.convmark.fleet.Task.Node;
import org.convmark.fusion.FusionConstraints.ScheduleOverride;
import org.convmark.io.InputError;
import org.convmark.jvm.Overrides;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixTest {
    @TempDir
    Path folder;

    private List<Task> read(String text) throws IOException {
        return Matrix.read(Files.writeString(folder.resolve("m.csv"), text));
    }

    @Test
    void readsTasks() throws IOException {
        List<Task> tasks =
                read("\uFEFFjvm, group,constraint,exclusive,gres,profile,jvm-args,vector-bits,schedule,parameters\r\n"
                        + "# the new nodes\r\n"
                        + "/opt/my jdk,\"Plain|Residual\",avx512&ib,yes,gpu:1,smoke,\"-XX:UseAVX=1 -Da=\"\"b c\"\"\",256,\"step=4,chunk=64\",\"depth=1,2  width=16\"\r\n"
                        + ",,,,,,,,,\r\n");
        assertEquals(
                List.of(
                        new Task(
                                1,
                                3,
                                new Node("avx512&ib", "gpu:1", true),
                                "/opt/my jdk",
                                "Plain|Residual",
                                "smoke",
                                "-XX:UseAVX=1 -Da=\"b c\"",
                                new Overrides(256, new ScheduleOverride(4, 64)),
                                List.of("depth=1,2", "width=16")),
                        new Task(2, 4, new Node(null, null, false), null, null, null, null, Overrides.NONE, List.of())),
                tasks);
        assertEquals(
                List.of(
                        "run",
                        "--profile=smoke",
                        "--include=Plain|Residual",
                        "--jvm-args=-XX:UseAVX=1 -Da=\"b c\"",
                        "--vector-bits=256",
                        "--schedule=step=4,chunk=64",
                        "-p",
                        "depth=1,2",
                        "-p",
                        "width=16"),
                tasks.get(0).command());
        assertEquals(List.of("run"), tasks.get(1).command());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        ``                                                 | is empty: start it with a header such as constraint,jvm,group
        constraint,jvm                                     | line 1: the header has no column group: it needs
        constraint,jvm,group,gress                         | line 1: unknown column 'gress': did you mean 'gres'?
        constraint,jvm,group,jvm                           | line 1: the column 'jvm' appears twice
        constraint,jvm,group                               | holds no task
        constraint,jvm,group;a,b                           | line 2: it has 2 values, but the header names 3 columns
        constraint,jvm,group;,,Residul                     | line 2: no benchmark matches 'Residul': did you mean 'Residual'?
        constraint,jvm,group;,,(                           | line 2: '(' is not a regular expression
        constraint,jvm,group;,,;,jdk25,                    | line 3: jvm is 'jdk25': give the full path
        constraint,jvm,group,exclusive;,,,maybe            | line 2: exclusive is 'maybe': write yes, no or nothing.
        constraint,jvm,group,profile;,,,quik               | line 2: unknown profile 'quik': did you mean 'quick'?
        constraint,jvm,group,parameters;,,,dept=3          | line 2: unknown parameter 'dept': did you mean 'depth'?
        constraint,jvm,group,jvm-args;,,,Xmx1g             | line 2: jvm-args is 'Xmx1g'
        constraint,jvm,group,jvm-args;,,,-Xmx1g -Dconvmark.vector.bits=256 | line 2: the JVM argument -Dconvmark.vector.bits=256 has an option of its own
        constraint,jvm,group,jvm-args;,,,-Dconvmark.schedule=step=4 | line 2: the JVM argument -Dconvmark.schedule=step=4 has an option of its own
        constraint,jvm,group,vector-bits;,,,300            | line 2: vectors are of 128, 256 or 512 bits, not of 300: 256 is the nearest
        constraint,jvm,group,schedule;,,,step=x            | line 2: 'step=x' is no schedule of a fused block: write step=ROWS
        constraint,jvm,group;"a;b",,                       | line 2: constraint holds a line break
        constraint,jvm,group;,,"a"b                        | is not a CSV file
        """)
    void badLineIsNamed(String text, String expected) {
        String message = assertThrows(InputError.class, () -> read(text == null ? "" : text.replace(";", "\n")))
                .getMessage();
        assertTrue(message.contains(expected), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void everyBadLineIsNamed() {
        String message = assertThrows(InputError.class, () -> read("constraint,jvm,group\n,a,\n,,Plain\n,b,\n"))
                .getMessage();
        assertEquals(2, message.lines().count(), message);
        assertTrue(message.contains("line 2: ") && message.contains("line 4: "), message);
    }

    @Test
    void absentFileIsNamed() {
        String message = assertThrows(InputError.class, () -> Matrix.read(folder.resolve("no.csv")))
                .getMessage();
        assertTrue(message.contains("cannot read the matrix"), message);
    }
}
