package org.convmark.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.convmark.jvm.ForkContract;
import org.convmark.jvm.TimedKernelsFile;
import org.convmark.kernel.EngineOptions.ProgramDump;
import org.convmark.machine.Capture;
import org.convmark.model.Caches;
import org.convmark.model.Target;
import org.convmark.results.Row;

/**
 * A run that is measured: usually alone, sometimes in turn with others, fork by fork.
 *
 * @param capture the machine before the run
 * @param classPath of the forks: the program that is measured
 */
public record RunUnderTest(RunFolder folder, Plan plan, Capture capture, String classPath) {
    /** Class path of this program. */
    public static final String OWN = System.getProperty("java.class.path");

    /** The arguments that tell a row's forks of their contract and their processor, on a machine with these caches. */
    List<String> told(Row row, Caches caches) {
        ForkContract contract = plan.contract(row, caches, dump(row), kernels(row));
        List<String> told =
                new ArrayList<>(knows(ForkContract.class) ? contract.properties() : contract.formerProperties());
        told.addAll(plan.ofProcessor(row));
        return told;
    }

    /** Where the forks of a row write OpenCL's programs, or null; an older program cannot. */
    private ProgramDump dump(Row row) {
        return plan.effort().dumpsPrograms() && row.target() == Target.OPENCL && knows(ProgramDump.class)
                ? new ProgramDump(folder.programs().toString(), name(row))
                : null;
    }

    /** Where the forks of a row remember the kernels that OpenCL timed, or null; an older program times none. */
    private TimedKernelsFile kernels(Row row) {
        return plan.effort().timesKernels() && row.target() == Target.OPENCL && knows(TimedKernelsFile.class)
                ? new TimedKernelsFile(folder.kernels().toString(), name(row))
                : null;
    }

    private static String name(Row row) {
        return row.title() + " on JVM " + row.jvm();
    }

    /**
     * Whether its program has a class: an older one takes a property for each part of the contract, and its forks would not start with a
     * profiler that they lack.
     */
    boolean knows(Class<?> type) {
        if (classPath.equals(OWN)) {
            return true;
        }
        try (JarFile jar = new JarFile(classPath)) {
            return jar.getEntry(type.getName().replace('.', '/') + ".class") != null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + classPath, e);
        }
    }
}
