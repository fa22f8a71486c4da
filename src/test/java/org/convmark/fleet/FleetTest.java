package org.convmark.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.convmark.fleet.Fleet.Job;
import org.convmark.fleet.Outcome.State;
import org.convmark.io.InputError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fleet from its matrix to its report, with commands that only look like Slurm's. */
class FleetTest {
    private static final Path CANNED = Path.of("src/test/resources/org/convmark/analysis/canned-run");

    @TempDir
    Path temp;

    private FakeSlurm fake;
    private FleetFolder folder;
    private Path matrix;
    private Path jar;

    @BeforeEach
    void write() throws IOException {
        fake = FakeSlurm.in(temp.resolve("bin"));
        folder = new FleetFolder(temp.resolve("a 100% fleet"));
        jar = Files.writeString(temp.resolve("benchmarks.jar"), "jar of today");
        matrix = Files.writeString(temp.resolve("matrix.csv"), """
                constraint,jvm,group,gres,exclusive,profile,parameters
                new,,Plain,,yes,smoke,
                ,,Plain,gpu:1,,smoke,target=OPENCL
                new,/opt/my jdk,Plain,,yes,smoke,
                """);
    }

    private Submission submission() {
        Fleet fleet = new Fleet(
                Fleet.FORMAT, "2026-11-21T12:00:00Z", "digest", "0123abcd", true, Matrix.read(matrix), List.of());
        return new Submission(fleet, folder, 4, List.of("--partition=p q"));
    }

    private String refusal() {
        return assertThrows(InputError.class, () -> submission().submit(matrix, jar, fake.slurm()))
                .getMessage();
    }

    @Test
    void tasksForEqualNodesShareAnArrayAndBeginWhenAllAreAccepted() throws IOException {
        Fleet fleet = submission().submit(matrix, jar, fake.slurm());
        assertEquals(List.of(new Job("101", List.of(1, 3)), new Job("102", List.of(2))), fleet.jobs());
        assertEquals(fleet, folder.fleet());
        String path = folder.path().toString();
        String common = "sbatch|--parsable|--hold|--job-name=convmark|--chdir=" + path + "|--output="
                + path.replace("%", "%%") + "/logs/task-%3a.log|--open-mode=append|";
        assertEquals(
                List.of(
                        common + "--array=1,3%4|--constraint=new|--exclusive|--partition=p q|" + path + "/task.sh",
                        common + "--array=2%4|--gres=gpu:1|--partition=p q|" + path + "/task.sh",
                        "scontrol|release|101,102"),
                fake.calls());
    }

    @Test
    void fleetIsWholeWithoutWhatItWasMadeFrom() throws IOException {
        submission().submit(matrix, jar, fake.slurm());
        Files.writeString(jar, "jar of tomorrow");
        assertEquals("jar of today", Files.readString(folder.path().resolve("benchmarks.jar")));
        assertEquals(Files.readString(matrix), Files.readString(folder.path().resolve("matrix.csv")));
        assertEquals(
                List.of(
                        "/opt/my jdk",
                        "-Dconvmark.commit=0123abcd",
                        "-Dconvmark.dirty=true",
                        "-jar",
                        "benchmarks.jar",
                        "run",
                        "--profile=smoke",
                        "--include=Plain"),
                Files.readAllLines(folder.path().resolve("tasks/task-003")));
        try (Stream<Path> beside = Files.list(temp)) {
            assertEquals(0, beside.filter(p -> p.toString().endsWith(".tmp")).count());
        }
    }

    @Test
    void fleetThatExistsIsNotTouched() throws IOException {
        Files.createDirectories(folder.path());
        assertTrue(refusal().contains("exists already, and nothing is overwritten: choose another folder with --out"));
        assertFalse(Files.exists(fake.bin().resolve("calls")));
    }

    @Test
    void absentSlurmLeavesNothing() throws IOException {
        Files.delete(fake.bin().resolve("sbatch"));
        Slurm none = new Slurm(Map.of("PATH", fake.bin().toString()));
        String message = assertThrows(InputError.class, () -> submission().submit(matrix, jar, none))
                .getMessage();
        assertTrue(message.contains("there is no sbatch on the PATH") && message.contains("--dry-run"), message);
        assertFalse(Files.exists(folder.path()));
    }

    @Test
    void refusedArrayTakesTheOthersBack() throws IOException {
        fake.install(
                "sbatch",
                "case \"$*\" in *gpu*) echo 'sbatch: error: Invalid generic resource' >&2; exit 1;; *) echo 7;; esac");
        String message = refusal();
        assertTrue(message.contains("sbatch refused (sbatch: error: Invalid generic resource)"), message);
        assertTrue(message.contains("matrix line 3: nothing is submitted"), message);
        assertEquals("scancel|7", fake.calls().get(2));
        assertFalse(Files.exists(folder.path()));
    }

    @Test
    void refusedArrayThatCannotBeTakenBackIsNamed() throws IOException {
        fake.install("sbatch", "case \"$*\" in *gpu*) exit 1;; *) echo 7;; esac");
        fake.install("scancel", "echo 'no controller' >&2; exit 1");
        String message = refusal();
        assertTrue(message.contains("cancel the jobs 7, which scancel did not (no controller)"), message);
    }

    @Test
    void heldJobsThatAreNotReleasedAreNamed() throws IOException {
        fake.install("scontrol", "echo 'no controller' >&2; exit 1");
        assertTrue(refusal().contains("(no controller): scontrol release 101,102"));
        assertEquals(2, folder.fleet().jobs().size());
    }

    @Test
    void previewShowsScriptAndCommands() {
        String preview = submission().preview();
        assertTrue(preview.startsWith("#!/usr/bin/env bash\n"), preview);
        assertTrue(preview.contains("'/opt/my jdk' -Dconvmark.commit=0123abcd"), preview);
        assertTrue(preview.contains("sbatch --parsable") && preview.contains("'--partition=p q'"), preview);
        assertFalse(Files.exists(folder.path()));
    }

    @Test
    void collectsWhatThereIs() throws IOException {
        List<Task> tasks = IntStream.rangeClosed(1, 7)
                .mapToObj(n -> new Task(
                        n, n + 1, new Task.Node("new", null, true), null, "Plain", "smoke", null, null, List.of()))
                .toList();
        Job job = new Job("101", IntStream.rangeClosed(1, 7).boxed().toList());
        Fleet fleet = new Fleet(Fleet.FORMAT, "2026-11-21T12:00:00Z", "d", "0123abcd", false, tasks, List.of(job));
        folder.create(fleet, matrix, jar);
        done("task-001", 0);
        done("task-002", 1);
        Files.writeString(folder.log(tasks.get(1)), "one\n\nFAILED Fire\n");
        Files.createDirectories(folder.path().resolve("running/task-003.104.0"));
        Files.createDirectories(folder.path().resolve("running/task-004.105.0"));
        Files.createDirectories(folder.path().resolve("done/task-007"));
        fake.install(
                "squeue",
                "printf '101|3|RUNNING|None\\n101|4|TIMEOUT|TimeLimit\\n101|5|PENDING|Resources\\n10|6|RUNNING|None\\n'");
        List<Outcome> outcomes = Outcome.of(folder, folder.fleet(), fake.slurm());
        assertEquals(
                List.of(
                        State.DONE,
                        State.FAILED,
                        State.RUNNING,
                        State.KILLED,
                        State.WAITING,
                        State.MISSING,
                        State.FAILED),
                outcomes.stream().map(Outcome::state).toList());
        FleetReport report = new FleetReport(folder, fleet, outcomes);
        assertFalse(report.complete());
        assertEquals("""
                FAILED task-002 (matrix line 3): exit code 1, 34 of 35 rows measured
                    one
                    FAILED Fire
                RUNNING task-003 (matrix line 4): Slurm says RUNNING
                KILLED task-004 (matrix line 5): killed half-way, Slurm says TIMEOUT (TimeLimit)
                WAITING task-005 (matrix line 6): Slurm says PENDING (Resources)
                MISSING task-006 (matrix line 7): it never began, and Slurm no longer knows it
                FAILED task-007 (matrix line 8): exit code unknown, nothing measured""".lines().collect(Collectors.joining("\n")), String.join("\n", report.troubles()));
        report.write();
        String markdown = Files.readString(folder.path().resolve("report.md"));
        assertTrue(markdown.contains("Of 7 tasks: 1 done, 2 failed, 1 killed, 1 running, 1 waiting, 1 missing."));
        assertTrue(markdown.contains("Speed-up of VECTOR over plain Java"), markdown);
    }

    private void done(String task, int exitCode) throws IOException {
        Path done = Files.createDirectories(folder.path().resolve("done").resolve(task));
        Files.writeString(done.resolve("exit-code"), exitCode + "\n");
        Path run = done.resolve("20261121T120000Z-example-2c-0123abcd");
        try (Stream<Path> files = Files.walk(CANNED)) {
            for (Path file : files.toList()) {
                Files.copy(file, run.resolve(CANNED.relativize(file)));
            }
        }
    }

    @Test
    void whatSlurmForgotOrCannotSayIsTold() throws IOException {
        Fleet fleet = submission().submit(matrix, jar, fake.slurm());
        Files.createDirectories(folder.path().resolve("running/task-001.101.0"));
        fake.install("squeue", "echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1");
        for (String state : List.of("CANCELLED by 0", "OUT_OF_MEMORY")) {
            fake.install("sacct", "printf '101_1|" + state + "\\n'");
            assertEquals(
                    "killed half-way, Slurm says " + state,
                    Outcome.of(folder, fleet, fake.slurm()).get(0).reason());
        }
        fake.install("squeue", "echo 'no controller' >&2; exit 1");
        Outcome unknown = Outcome.of(folder, fleet, fake.slurm()).get(0);
        assertEquals(State.MISSING, unknown.state());
        assertEquals("it has begun, and nothing more is known: squeue failed: no controller", unknown.reason());
    }

    @Test
    void damagedOrUnsubmittedFleetIsRefused() throws IOException {
        assertTrue(assertThrows(InputError.class, folder::fleet).getMessage().contains("holds no fleet"));
        folder.create(submission().fleet(), matrix, jar);
        assertTrue(assertThrows(InputError.class, folder::fleet).getMessage().contains("not submitted completely"));
        Files.writeString(folder.path().resolve("fleet.json"), "{\"format\": 1,");
        assertTrue(assertThrows(InputError.class, folder::fleet).getMessage().contains("is damaged"));
    }

    /** The script alone, with a java that only tells its arguments. */
    @Test
    void taskMovesToDoneWithItsExitCode() throws Exception {
        submission().submit(matrix, jar, fake.slurm());
        Path java = Files.writeString(
                Files.createDirectories(temp.resolve("my jdk/bin")).resolve("java"),
                "#!/bin/sh\nprintf '<%s>\\n' \"$@\"\nfor out; do :; done\nmkdir \"$out/run\"\nexit 3\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path arguments = folder.path().resolve("tasks/task-003");
        Files.writeString(arguments, Files.readString(arguments).replace("/opt/my jdk", temp + "/my jdk"));
        ProcessBuilder task = new ProcessBuilder("bash", folder.path() + "/task.sh")
                .directory(folder.path().toFile())
                .redirectOutput(temp.resolve("out").toFile());
        task.environment().putAll(Map.of("SLURM_ARRAY_TASK_ID", "3", "SLURM_JOB_ID", "7"));
        assertEquals(3, task.start().waitFor());
        String out = Files.readString(temp.resolve("out"));
        assertTrue(out.contains("<--include=Plain>\n<--out>\n<running/task-003.7.0>\n"), out);
        Path done = folder.path().resolve("done/task-003");
        assertEquals("3\n", Files.readString(done.resolve("exit-code")));
        assertTrue(Files.isDirectory(done.resolve("run")));
    }
}
