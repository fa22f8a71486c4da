package org.convmark;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.convmark.bench.SecondaryResult;
import org.convmark.model.Algorithm;
import org.convmark.model.Fusion;
import org.convmark.model.Parameter;
import org.convmark.model.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openjdk.jmh.results.ScalarResult;

/** Who may import whom. */
class ArchitectureTest {
    private static final String ROOT = "org.convmark";
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    /** The first package of Convmark's own imports the others and itself, nothing else of Convmark. */
    @ParameterizedTest
    @CsvSource({
        "io, ''",
        "model, ''",
        "machine, io",
        "report, io",
        "fusion, model",
        "kernel, model fusion",
        "engine, model fusion kernel",
        "bench, model fusion kernel engine jvm",
        "jvm, model fusion kernel machine io",
        "results, model jvm machine io",
        "run, model kernel jvm bench results machine io",
        "probe, model kernel jvm engine bench machine io",
        "analysis, model fusion jvm results machine report io",
        "export, model kernel engine bench results run analysis machine report io",
        "tune, model fusion kernel jvm engine bench results run analysis machine report io",
        "fleet, jvm run results analysis machine report io",
        "cli, model fusion kernel jvm engine probe run export tune fleet results analysis machine report io"
    })
    void packagesImportOnlyTheirOwn(String name, String others) {
        Set<String> allowed = Set.of((name + " " + others).trim().split(" +"));
        classes()
                .that()
                .resideInAPackage(inside(name))
                .should()
                .onlyDependOnClassesThat(describe(
                        "are foreign or in " + allowed,
                        c -> !c.getPackageName().startsWith(ROOT) || allowed.contains(part(c))))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** A new package must be added to the table above. */
    @Test
    void everyPackageIsInTheTable() throws NoSuchMethodException {
        Set<String> known = Stream.of(ArchitectureTest.class
                        .getDeclaredMethod("packagesImportOnlyTheirOwn", String.class, String.class)
                        .getAnnotation(CsvSource.class)
                        .value())
                .map(line -> line.split(",")[0])
                .collect(Collectors.toSet());
        Set<String> unknown = CLASSES.stream()
                .map(ArchitectureTest::part)
                .filter(p -> !p.isEmpty() && !known.contains(p))
                .collect(Collectors.toSet());
        assertTrue(unknown.isEmpty(), () -> "packages without a rule: " + unknown);
    }

    @Test
    void packagesFormNoCircle() {
        slices().matching(ROOT + ".(**)").should().beFreeOfCycles().check(CLASSES);
    }

    /** Who opens a package reads first who may live there. */
    @Test
    void everyPackageSaysWhoMayLiveThere() throws IOException {
        List<Path> silent = new ArrayList<>();
        for (String source : List.of("src/main/java", "src/peers/java")) {
            try (Stream<Path> files = Files.walk(Path.of(source))) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .map(Path::getParent)
                        .distinct()
                        .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                        .forEach(silent::add);
            }
        }
        assertEquals(List.of(), silent);
    }

    @Test
    void theEntryIsAloneInTheRoot() {
        Set<String> root = CLASSES.stream()
                .filter(c -> part(c).isEmpty())
                .map(ArchitectureTest::outermost)
                .filter(name -> !name.endsWith("package-info"))
                .collect(Collectors.toSet());
        assertEquals(Set.of(Main.class.getName()), root);
    }

    /** Peers may read the graph as an ONNX model, which knows none of them. */
    @ParameterizedTest
    @CsvSource({"scalar, ''", "vector, ''", "opencl, ''", "onnx, ''", "peer, onnx"})
    void backendsDoNotKnowEachOther(String backend, String format) {
        noClasses()
                .that()
                .resideInAPackage(inside("kernel." + backend))
                .should()
                .dependOnClassesThat(describe(
                        "are in the package of another backend",
                        c -> c.getPackageName().startsWith(ROOT + ".kernel.")
                                && !c.getPackageName().startsWith(ROOT + ".kernel." + backend)
                                && !c.getPackageName().equals(ROOT + ".kernel." + format)))
                .allowEmptyShould(true)
                .check(CLASSES);
    }

    /** Kernels compute with them; the description of a JVM only asks how wide they are. */
    @Test
    void vectorsStayInTheirPackage() {
        assertOnlyIn("jdk.incubator.vector..", inside("kernel.vector"), inside("machine"));
    }

    @Test
    void harnessStaysInBenchmarksAndTheCommandLine() {
        assertOnlyIn("org.openjdk.jmh..", inside("bench"), inside("run"), inside("cli"));
    }

    /** Names and units of metrics are those of the model, so that what is written can be read. */
    @Test
    void profilersWriteMetricsByOneClass() {
        noClasses()
                .that()
                .resideInAPackage(inside("bench"))
                .and()
                .doNotHaveFullyQualifiedName(SecondaryResult.class.getName())
                .should()
                .callConstructorWhere(describe("makes a secondary result", call -> call.getTargetOwner()
                        .isEquivalentTo(ScalarResult.class)))
                .check(CLASSES);
    }

    /** The device and its context; whatever else lies in the package speaks to these. */
    @Test
    void openClStaysInTwoClasses() {
        Set<String> binding = Set.of(ROOT + ".kernel.opencl.Cl", ROOT + ".kernel.opencl.ClDevice");
        noClasses()
                .that(describe("are neither device nor context", c -> !binding.contains(outermost(c))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.jocl..")
                .check(CLASSES);
    }

    /** Analyses compare constants: what a parameter says is read in the model. */
    @Test
    void analysesReadNoParameters() {
        noClasses()
                .that()
                .resideInAPackage(inside("analysis"))
                .should()
                .callMethodWhere(describe(
                        "reads a number or a constant of the model from words",
                        call -> List.of("parseInt", "parseLong", "valueOf")
                                        .contains(call.getTarget().getName())
                                && call.getTarget().getRawParameterTypes().stream()
                                        .map(JavaClass::getName)
                                        .toList()
                                        .equals(List.of(String.class.getName()))))
                .check(CLASSES);
    }

    /** Benchmark classes name parameters and their usual values for JMH; all others say them by constants. */
    @Test
    void onlyTheModelAndJmhSpellParameters() throws IOException {
        String words = Stream.of(Target.values(), Fusion.values(), Algorithm.values(), Parameter.values())
                .flatMap(Stream::of)
                .map(constant -> constant instanceof Parameter parameter ? parameter.key() : constant.name())
                .collect(Collectors.joining("|"));
        Pattern literal = Pattern.compile("(?<!resolve\\(|\": )\"(" + words + ")\"(?!:)");
        List<String> spelled = new ArrayList<>();
        for (String part : List.of("analysis", "bench", "cli", "export", "fleet", "probe", "results", "run")) {
            Path root = Path.of("src/main/java/org/convmark").resolve(part);
            try (Stream<Path> files = Files.walk(root)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Files.readAllLines(file).stream()
                            .filter(line -> !line.contains("@Param")
                                    && literal.matcher(line).find())
                            .map(line -> file + ": " + line.strip())
                            .forEach(spelled::add);
                }
            }
        }
        assertEquals(List.of(), spelled);
    }

    private static void assertOnlyIn(String foreign, String... packages) {
        noClasses()
                .that()
                .resideOutsideOfPackages(packages)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(foreign)
                .check(CLASSES);
    }

    private static String inside(String name) {
        return ROOT + "." + name + "..";
    }

    /** The part of Convmark that a class belongs to, empty for the root. */
    private static String part(JavaClass c) {
        String rest = c.getPackageName().substring(ROOT.length());
        return rest.isEmpty() ? "" : rest.substring(1).split("\\.")[0];
    }

    private static String outermost(JavaClass c) {
        return c.getEnclosingClass().map(ArchitectureTest::outermost).orElse(c.getName());
    }
}
