package org.convmark.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.convmark.machine.Graal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A JDK that only tells its version, and a repository of empty jars. */
@DisabledOnOs(OS.WINDOWS)
class JvmChoiceTest {
    private static final String REPOSITORY = "maven.repo.local";
    private static final List<String> JARS = List.of(
            "org/graalvm/compiler/compiler/%1$s/compiler-%1$s.jar",
            "org/graalvm/sdk/collections/%1$s/collections-%1$s.jar",
            "org/graalvm/sdk/word/%1$s/word-%1$s.jar",
            "org/graalvm/truffle/truffle-compiler/%1$s/truffle-compiler-%1$s.jar");

    @TempDir
    Path folder;

    private String before;

    @BeforeEach
    void chooseRepository() {
        before = System.getProperty(REPOSITORY);
        System.setProperty(REPOSITORY, folder.resolve("m2").toString());
    }

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty(REPOSITORY);
        } else {
            System.setProperty(REPOSITORY, before);
        }
    }

    @Test
    void graalIsChosenByArguments() throws IOException {
        Path java = jvm("25.0.3");
        fetch("25.0.3");
        JvmChoice choice = JvmChoice.of("graal:" + java);
        assertEquals(java, choice.java());
        assertTrue(Graal.isIn(choice.arguments()), choice::toString);
        for (String jar : JARS) {
            String last = choice.arguments().get(choice.arguments().size() - 1);
            assertTrue(last.contains(folder.resolve("m2") + "/" + jar.formatted("25.0.3")), last);
        }
    }

    @Test
    void firstOfItsNumberHasZeros() throws IOException {
        fetch("26.0.0");
        assertTrue(Graal.isIn(JvmChoice.of("graal:" + jvm("26")).arguments()));
    }

    @Test
    void otherVersionIsRefusedWithTheCommandThatGetsTheRightOne() throws IOException {
        fetch("25.0.2");
        Path m2 = folder.resolve("m2");
        assertEquals(
                "Graal 25.0.3, which fits JDK 25.0.3, is not in " + m2
                        + " (but 25.0.2, which does not fit): get it with "
                        + "mvn dependency:get -Dartifact=org.graalvm.compiler:compiler:25.0.3 -Dmaven.repo.local=" + m2,
                message(jvm("25.0.3")));
    }

    @Test
    void olderJdksAreRefused() throws IOException {
        Path java = jvm("17.0.15");
        assertEquals(java + " is Java 17.0.15: Graal needs a JDK 25 or newer, --jvm graal:PATH", message(java));
    }

    private static String message(Path java) {
        return assertThrows(IllegalArgumentException.class, () -> JvmChoice.of("graal:" + java))
                .getMessage();
    }

    private void fetch(String version) throws IOException {
        for (String jar : JARS) {
            Path file = folder.resolve("m2").resolve(jar.formatted(version));
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
    }

    private Path jvm(String version) throws IOException {
        Path file = Files.writeString(
                folder.resolve("java"), "#!/bin/sh\necho 'openjdk version \"" + version + "\"' >&2\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
