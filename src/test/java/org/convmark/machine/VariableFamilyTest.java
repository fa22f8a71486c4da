package org.convmark.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VariableFamilyTest {
    @ParameterizedTest
    @EnumSource(VariableFamily.class)
    void everyPatternIsOfOneFamily(VariableFamily family) {
        for (String pattern : family.patterns()) {
            String name = pattern.replace("*", "X");
            assertEquals(
                    List.of(family),
                    Stream.of(VariableFamily.values())
                            .filter(other -> other.holds(name))
                            .toList(),
                    name);
            assertEquals(Map.of(name, "1"), VariableFamily.of(Map.of(name, " 1 "), "/home/a"));
            assertEquals(
                    Map.of(name, "1"),
                    VariableFamily.byFamily(Map.of(name, "1")).get(family));
        }
    }

    @Test
    void nothingElseIsKept() {
        assertEquals(
                Map.of("LD_LIBRARY_PATH", "~/lib:/opt/lib"),
                VariableFamily.of(
                        Map.of(
                                "LD_LIBRARY_PATH", "/home/a/lib:/opt/lib",
                                "PATH", "/bin",
                                "USER", "a",
                                "OMP_NUM_THREADS", "",
                                "XOMP_NUM_THREADS", "1",
                                "MY_TOKEN", "x",
                                "PYTORCH_DOWNLOAD_TOKEN", "x",
                                "ORT_password", "x"),
                        "/home/a"));
    }

    @Test
    void captureTellsThoseOfItsProcess() {
        Machine machine = Machine.capture();
        assertEquals(VariableFamily.ofProcess(), machine.variables());
        assertTrue(machine.variables().known());
    }
}
