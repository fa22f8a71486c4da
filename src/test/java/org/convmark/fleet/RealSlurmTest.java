package org.convmark.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.fleet.Outcome.State;
import org.convmark.io.InputError;
import org.convmark.results.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet of one machine under a Slurm that this test starts. */
class RealSlurmTest {
    @TempDir
    Path temp;

    @Test
    void tasksAreMeasuredFailOrAreKilled() throws Exception {
        try (RealSlurm real = RealSlurm.start(Files.createDirectory(temp.resolve("slurm")))) {
            Path matrix = Files.writeString(temp.resolve("matrix.csv"), """
                    constraint,jvm,group,exclusive,profile,parameters
                    here,%1$s,ComputeRoof,yes,smoke,target=VECTOR
                    here,/no/such/jdk,ComputeRoof,,smoke,
                    here,%2$s,ComputeRoof,,smoke,
                    here,%3$s,ComputeRoof,,smoke,
                    """.formatted(
                            System.getProperty("java.home"),
                            java("takes time", "exec sleep 60"),
                            java("takes all down", "kill -KILL $PPID")));
            FleetFolder folder = new FleetFolder(temp.resolve("a 100% fleet"));
            Slurm slurm = real.commands();
            Fleet fleet = submission(folder, matrix).submit(matrix, jar(), slurm);
            assertEquals(2, fleet.jobs().size());
            await(() -> folder.begun(fleet.tasks().get(2)));
            Thread.sleep(1000); // a signal that comes before the script is ready for it finds nothing to keep
            real.run("scancel", fleet.jobs().get(1).id() + "_3");
            await(() -> Outcome.of(folder, fleet, slurm).stream()
                    .noneMatch(o -> o.state() == State.RUNNING || o.state() == State.WAITING));
            check(folder, Outcome.of(folder, fleet, slurm));
        }
    }

    @Test
    void nodeThatDoesNotExistIsRefused() throws Exception {
        try (RealSlurm real = RealSlurm.start(Files.createDirectory(temp.resolve("slurm")))) {
            Path matrix = Files.writeString(
                    temp.resolve("matrix.csv"), "constraint,jvm,group,gres\nhere,,Plain,\nelsewhere,,Plain,\n");
            FleetFolder folder = new FleetFolder(temp.resolve("fleet"));
            String message = assertThrows(
                            InputError.class, () -> submission(folder, matrix).submit(matrix, jar(), real.commands()))
                    .getMessage();
            assertTrue(message.contains("Invalid feature specification"), message);
            assertTrue(message.contains("matrix line 3: nothing is submitted"), message);
            assertFalse(Files.exists(folder.path()));
            await(() -> real.run("squeue", "--noheader").isEmpty());
        }
    }

    private static void check(FleetFolder folder, List<Outcome> outcomes) throws IOException {
        FleetReport report = new FleetReport(folder, folder.fleet(), outcomes);
        String logs = String.join("\n", report.troubles());
        assertEquals(
                List.of(State.DONE, State.FAILED, State.FAILED, State.KILLED),
                outcomes.stream().map(Outcome::state).toList(),
                logs);
        Run run = outcomes.get(0).run();
        assertEquals(1, run.measurements().size());
        assertEquals("0123abcd", run.machine().before().checkout().commit().value());
        assertEquals("exit code 127, nothing measured", outcomes.get(1).reason());
        assertTrue(outcomes.get(1).logTail().toString().contains("/no/such/jdk"), logs);
        assertEquals("exit code 143, nothing measured", outcomes.get(2).reason());
        assertTrue(outcomes.get(3).reason().startsWith("killed half-way, Slurm says "), logs);
        Path html = report.write();
        assertTrue(Files.readString(html).contains("Of 4 tasks: 1 done, 2 failed, 1 killed."));
    }

    private static Submission submission(FleetFolder folder, Path matrix) {
        Fleet fleet = new Fleet(
                Fleet.FORMAT, "2026-11-21T12:00:00Z", "digest", "0123abcd", false, Matrix.read(matrix), List.of());
        return new Submission(fleet, folder, null, List.of("--time=5"));
    }

    /** A jar that names the classes of this test. */
    private Path jar() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.put(Attributes.Name.MAIN_CLASS, "org.convmark.Main");
        attributes.put(
                Attributes.Name.CLASS_PATH,
                Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(path -> Path.of(path).toUri().toString())
                        .collect(Collectors.joining(" ")));
        Path jar = temp.resolve("classes.jar");
        try (OutputStream out = Files.newOutputStream(jar)) {
            new JarOutputStream(out, manifest).close();
        }
        return jar;
    }

    /** In place of a java. */
    private Path java(String name, String body) throws IOException {
        Path java = Files.writeString(temp.resolve(name), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return java;
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.sleep(500);
        }
        assertTrue(condition.getAsBoolean(), "Slurm took more than two minutes");
    }
}
