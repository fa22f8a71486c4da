package org.convmark.kernel.vector.lane;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Keeps C1, the JVM's first compiler, off the register tiles. A tile can hold more values than C1 numbers in profiled code ("out of
 * virtual registers"). If the tile was compiled without a profile before, because C2's queue was long, it then stays at that
 * tier, where every vector is boxed, for the life of the JVM. Without C1 the interpreter profiles a tile, and C2 compiles it.
 * The directive is given from inside, so that it holds in every JVM that runs a tile, whatever its arguments; options of
 * {@code -XX:CompileCommand} for a tile hold as well.
 */
public final class TileCompilation {
    /** Of all methods in their package only tiles have this name. */
    private static final String DIRECTIVE = "[{match: \"org/convmark/kernel/vector/tile/*.run\", c1: {Exclude: true}}]";

    /** How tiles are compiled, in a few words. The directive is given when this is first asked: before there is anything that a tile could run. */
    public static final String STATE = withoutC1();

    private TileCompilation() {}

    private static String withoutC1() {
        try {
            Path file = Files.createTempFile("convmark-directive", ".json");
            try {
                Files.writeString(file, DIRECTIVE);
                ManagementFactory.getPlatformMBeanServer()
                        .invoke(
                                new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                "compilerDirectivesAdd",
                                new Object[] {new String[] {file.toString()}},
                                new String[] {String[].class.getName()});
                return "tiles kept from C1";
            } finally {
                Files.delete(file);
            }
        } catch (IOException | JMException e) {
            return "tiles not kept from C1 (" + e.getClass().getSimpleName() + ")";
        }
    }
}
