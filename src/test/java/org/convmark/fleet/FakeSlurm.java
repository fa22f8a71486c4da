package org.convmark.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/** Commands with Slurm's names that write down how they are called. */
record FakeSlurm(Path bin) {
    /** Commands that do what they are told: jobs are 101, 102, ... */
    static FakeSlurm in(Path bin) throws IOException {
        FakeSlurm fake = new FakeSlurm(Files.createDirectories(bin));
        fake.install("sbatch", "expr 100 + \"$(grep -c ^sbatch \"$calls\")\"");
        fake.install("scontrol", "");
        fake.install("scancel", "");
        fake.install("squeue", "");
        return fake;
    }

    void install(String name, String body) throws IOException {
        String script = String.join(
                "\n",
                "#!/bin/sh",
                "calls='" + bin.resolve("calls") + "'",
                "printf '%s' " + name + " >>\"$calls\"",
                "printf '|%s' \"$@\" >>\"$calls\"",
                "echo >>\"$calls\"",
                body,
                "");
        Path file = Files.writeString(bin.resolve(name), script);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    List<String> calls() throws IOException {
        return Files.readAllLines(bin.resolve("calls"));
    }

    Slurm slurm() {
        return new Slurm(Map.of("PATH", bin + ":/usr/bin:/bin"));
    }
}
