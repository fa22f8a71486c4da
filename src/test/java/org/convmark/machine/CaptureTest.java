package org.convmark.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** machine.json: there and back, and what is said when it is damaged. */
class CaptureTest {
    @TempDir
    Path folder;

    private Path file;
    private Capture capture;

    @BeforeEach
    void write() {
        file = folder.resolve("machine.json");
        Device device = new Device(
                "platform", "name", "vendor", "GPU", "OpenCL 3.0", "1", 8, Fact.missing("says 0"), 1, 2, "LOCAL", 3);
        Probe probe = new Probe(
                Jvm.current(),
                List.of(
                        new TargetState("SCALAR", Fact.of("loops", "target")),
                        new TargetState("X", Fact.missing("no"))),
                Fact.of(List.of(device), "OpenCL"),
                Fact.missing("not asked"));
        Machine machine =
                new FakeSystem(folder).cache(0, 0, "1", "Data", "32K", "8", "0").machine();
        capture = new Capture(machine, null, List.of(probe));
        capture.write(file);
    }

    @Test
    void thereAndBack() throws IOException {
        assertEquals(capture, Capture.read(file));
        assertFalse(Capture.read(file).complete());
        Capture ended = capture.ended(capture.before());
        ended.write(file);
        assertEquals(ended, Capture.read(file));
        assertTrue(Capture.read(file).complete());
        try (var files = Files.list(folder)) {
            assertTrue(files.noneMatch(f -> f.toString().endsWith(".tmp")));
        }
    }

    @Test
    void probeAsOneLine() {
        Probe probe = capture.jvms().get(0);
        assertEquals(1, probe.json().lines().count());
        assertEquals(probe, Probe.parse(probe.json()));
        assertTrue(probe.target("SCALAR").orElseThrow().available());
        assertFalse(probe.target("X").orElseThrow().available());
    }

    @Test
    void otherVersionsAreRead() throws IOException {
        String text = Files.readString(file)
                .replaceFirst("\"model\" : \\{[^}]*},", "\"future\" : 1,")
                .replaceFirst("\"before\" : \\{", "\"later\" : [ ], \"before\" : {");
        Files.writeString(file, text);
        assertEquals(
                "not recorded by the version that wrote the file",
                Capture.read(file).before().cpu().model().missing());
    }

    @Test
    void everyTruncationIsOneSentence() throws IOException {
        String text = Files.readString(file).strip();
        for (int length = 0; length < text.length(); length += 97) {
            Files.writeString(file, text.substring(0, length));
            String message = message();
            assertTrue(message.startsWith(file + " is damaged"), message);
            assertTrue(message.contains("restore it from a copy"), message);
            assertEquals(1, message.lines().count(), message);
        }
    }

    @Test
    void damageNamesItsLineAndField() throws IOException {
        String text = Files.readString(file);
        Files.writeString(file, text.replaceFirst("\"maxHeapBytes\" : \\d+", "\"maxHeapBytes\" : \"much\""));
        long line = text.substring(0, text.indexOf("maxHeapBytes")).lines().count();
        String message = message();
        assertTrue(message.contains(" at line " + line + " in jvms[0].jvm.maxHeapBytes "), message);
    }

    @Test
    void whatIsNotAMachineIsDamaged() throws IOException {
        for (String text :
                List.of("", "null", "[]", "{}", "{\"before\":null,\"jvms\":[]}", "{\"before\":{}}", "<html>")) {
            Files.writeString(file, text);
            assertTrue(message().startsWith(file + " is damaged"), text + ": " + message());
        }
    }

    @Test
    void absentFileSaysWhatToGive() {
        Path absent = folder.resolve("absent").resolve("machine.json");
        String message = assertThrows(IllegalArgumentException.class, () -> Capture.read(absent))
                .getMessage();
        assertEquals(
                absent + " does not exist: give the folder of a run, which holds machine.json and jmh.json", message);
    }

    private String message() {
        return assertThrows(IllegalArgumentException.class, () -> Capture.read(file))
                .getMessage();
    }
}
