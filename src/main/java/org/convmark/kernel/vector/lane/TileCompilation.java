package org.convmark.kernel.vector.lane;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * Keeps C1, the JVM's first compiler, off the register tiles. A tile can hold more values than C1 can number in profiled code
 * ("out of virtual registers"). If C1 had compiled the tile without a profile before, because C2's queue was long, the tile then
 * stays at that tier for the life of the JVM, and every vector in it is boxed. Without C1 the interpreter profiles a tile, and C2
 * compiles it. The directive is given from inside the JVM, so it holds whatever the JVM's arguments are; {@code
 * -XX:CompileCommand} options for a tile still apply.
 *
 * <p>HotSpot applies what a directive says of C1 to a compiler that it calls through JVMCI as well: under Graal the tiles would be
 * interpreted for the life of the JVM. There the suite keeps C1 off all code by {@code -XX:CompilationMode}.
 */
public final class TileCompilation {
    /** In this package only tiles have methods whose names begin so. */
    private static final String DIRECTIVE =
            "[{match: \"org/convmark/kernel/vector/tile/*.run*\", c1: {Exclude: true}}]";

    /** How tiles are compiled, in a few words. The directive is given on first access, before any tile can run. */
    public static final String STATE = withoutC1();

    private TileCompilation() {}

    private static String withoutC1() {
        if (JvmFlags.hasOtherCompiler()) {
            return "tiles compiled by Graal";
        }
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
