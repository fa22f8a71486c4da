package org.convmark.fleet;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** A cluster of one node, this machine, with its daemons' files in one folder; it ends when it is closed. */
final class RealSlurm implements AutoCloseable {
    private static final int SECONDS = 30;
    private static final String PATH = System.getenv("PATH") + ":/usr/sbin:/sbin";

    private final Path folder;
    private final Map<String, String> environment = new HashMap<>(System.getenv());
    private final List<Process> daemons = new ArrayList<>();

    private RealSlurm(Path folder) {
        this.folder = folder;
        environment.put("PATH", PATH);
        environment.put("SLURM_CONF", folder.resolve("slurm.conf").toString());
    }

    /** Starts it; the test is skipped, with the reason, where it is not installed or its daemons do not run. */
    static RealSlurm start(Path folder) throws IOException, InterruptedException {
        for (String command : List.of("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel")) {
            boolean there = Stream.of(PATH.split(File.pathSeparator))
                    .anyMatch(path -> Files.isExecutable(Path.of(path, command)));
            assumeTrue(there, "Slurm is not installed (no " + command + "; Debian: apt-get install slurm-wlm)");
        }
        RealSlurm slurm = new RealSlurm(folder);
        try {
            slurm.start();
            return slurm;
        } catch (IOException | InterruptedException | RuntimeException e) {
            slurm.close();
            throw e;
        }
    }

    private void start() throws IOException, InterruptedException {
        String host =
                Files.readString(Path.of("/proc/sys/kernel/hostname")).strip().split("\\.")[0];
        byte[] key = new byte[128];
        new SecureRandom().nextBytes(key);
        Path keyFile = Files.createFile(
                folder.resolve("munge.key"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(keyFile, key);
        Files.createDirectory(folder.resolve("state"));
        Files.createDirectory(folder.resolve("spool"));
        Files.writeString(folder.resolve("slurm.conf"), configuration(host));
        daemon(
                "munged",
                "--foreground",
                "--force",
                "--key-file=" + keyFile,
                "--socket=" + folder.resolve("munge.socket"),
                "--pid-file=" + folder.resolve("munged.pid"),
                "--seed-file=" + folder.resolve("munged.seed"));
        await("munged", () -> Files.exists(folder.resolve("munge.socket")));
        daemon("slurmctld", "-D", "-i");
        daemon("slurmd", "-D");
        await("slurmd", () -> run("sinfo", "--noheader", "--format=%T").equals("idle"));
    }

    private String configuration(String host) throws IOException {
        return """
                ClusterName=convmark
                SlurmctldHost=%1$s(127.0.0.1)
                SlurmctldPort=%3$d
                SlurmdPort=%4$d
                AuthType=auth/munge
                AuthInfo=socket=%2$s/munge.socket
                SlurmUser=%5$s
                SlurmdUser=%5$s
                StateSaveLocation=%2$s/state
                SlurmdSpoolDir=%2$s/spool
                SlurmctldPidFile=%2$s/slurmctld.pid
                SlurmdPidFile=%2$s/slurmd.pid
                ProctrackType=proctrack/pgid
                TaskPlugin=task/none
                SelectType=select/cons_tres
                SelectTypeParameters=CR_CPU
                MpiDefault=none
                JobAcctGatherType=jobacct_gather/none
                AccountingStorageType=accounting_storage/none
                KillWait=5
                NodeName=%1$s NodeAddr=127.0.0.1 CPUs=1 Feature=here State=UNKNOWN
                PartitionName=test Nodes=ALL Default=YES State=UP
                """.formatted(host, folder, freePort(), freePort(), System.getProperty("user.name"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private void daemon(String... command) throws IOException {
        daemons.add(process(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(command[0] + ".out").toFile())
                .start());
    }

    private ProcessBuilder process(String... command) {
        List<String> found = new ArrayList<>(List.of("env"));
        found.addAll(List.of(command)); // env searches the PATH that it is given
        ProcessBuilder builder = new ProcessBuilder(found);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    /** What a command prints, empty if it fails. */
    String run(String... command) {
        try {
            Process process = process(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String out = new String(process.getInputStream().readAllBytes()).strip();
            return process.waitFor() == 0 ? out : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private void await(String daemon, BooleanSupplier condition) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end || daemons.stream().anyMatch(d -> !d.isAlive())) {
                List<String> lines = Files.readAllLines(folder.resolve(daemon + ".out"));
                abort("Slurm is installed but does not run here: "
                        + (lines.isEmpty() ? daemon + " says nothing" : lines.get(lines.size() - 1)));
            }
            Thread.sleep(200);
        }
    }

    Slurm commands() {
        return new Slurm(environment);
    }

    @Override
    public void close() throws InterruptedException {
        run("scancel", "--full", "--signal=KILL", "--state=RUNNING", "--user=" + System.getProperty("user.name"));
        for (int d = daemons.size() - 1; d >= 0; d--) {
            daemons.get(d).destroy();
            if (!daemons.get(d).waitFor(10, TimeUnit.SECONDS)) {
                daemons.get(d).destroyForcibly().waitFor();
            }
        }
    }
}
