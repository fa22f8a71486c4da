package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.convmark.cli.ExitCode;
import org.convmark.kernel.Peer;
import org.convmark.model.Pattern;
import org.convmark.model.Target;
import org.convmark.tune.Tuned;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every subcommand and every bad input. */
class MainTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        run --profile quik                  | unknown profile 'quik': did you mean 'quick'?
        run --include Residul               | no benchmark matches 'Residul': did you mean 'Residual'?
        run --include (                     | '(' is not a regular expression
        run -p dept=3                       | unknown parameter 'dept': did you mean 'depth'?
        run -p depth                        | -p takes name=value
        run -p depth=                       | -p takes name=value
        run -p target=OPENCK                | unknown target 'OPENCK': did you mean 'OPENCL'?
        run -p fusion=EPILOG                | unknown fusion 'EPILOG': did you mean 'EPILOGUE'?
        run -p algorithm=WINOGRAD8          | unknown algorithm 'WINOGRAD8': did you mean 'WINOGRAD_2'?
        run -p axis=KEPT@2                  | axis='KEPT@2' is not a point of an axis: give NONE; KEPT@ and the share
        run -p axis=BATCH@2@16              | axis='BATCH@2@16' is not a point of an axis
        run -p axis=DENSITY@0               | axis='DENSITY@0' is not a point of an axis
        run -p axis=DENSITY@1.1             | DENSITY@ and the share of weights that are not zero, above 0 and at most 1
        run -p axis=DENSITY@0.5@3           | make zeros in blocks of 4, 8 or 16 output channels, as in DENSITY@0.3@16
        run -p axis=PRECISION@FP32          | PRECISION@ and the format of weights, FP16, BF16, W8 or POW2
        run -p axis=PRECISION@W8@16         | axis='PRECISION@W8@16' is not a point of an axis
        waterline DEPTHWISE_3X3 --balance 160 -p axis=PRECISION@W8 | PRECISION@W8 finds no layer to store in fewer bits
        waterline DEPTHWISE_3X3 --balance 160 -p axis=DENSITY@0.5 | DENSITY@0.5 finds no layer to prune
        run -p axis=SKIPPED@0.95@8          | SKIPPED@ and the share of tiles or hidden channels that residual branches do not compute, 0 to 0.9
        run -p axis=KEPT@0.5@CHANNELS       | SKIPPED@0.5@CHANNELS skips hidden channels
        run -p axis=SKIPPED@0.5@7           | or tiles of 1, 4, 8 or 16 rows and columns, as in SKIPPED@0.5@8
        waterline RESNET_BASIC --balance 160 -p axis=SKIPPED@0.5 | without a size, a tile is the whole map of an image
        run -p algorithm=                   | -p takes name=value
        run --vector-bits 128 -p target=SCALAR -p algorithm=DIRECT --dry-run | SCALAR chooses its algorithm itself
        run -p target=PYTORCHE              | unknown target 'PYTORCHE': did you mean 'PYTORCH'?
        run --include Conv33                | did you mean 'Conv3x3'?
        run --resume x --peers              | leave out --peers
        export --onnx x -p algorithm=AUTO   | -p algorithm is not an option of a model
        run -p loop=COMPUTE                 | unknown loop 'COMPUTE'
        run -p bytes=0                      | bytes=0 is too small: the least is 1024.
        run -p depth=0                      | depth=0 is too small: the least is 1.
        run -p depth=1000000                | depth=1000000 is too large: the most is 512.
        run -p width=-4                     | width=-4 is too small: the least is 1.
        run -p image=0                      | image=0 is too small
        run -p batch=0                      | batch=0 is too small
        run -p workers=-1                   | workers=-1 is too small: the least is 0.
        run -p depth=NaN                    | depth='NaN' is not a whole number
        run -p depth=1.5                    | depth='1.5' is not a whole number
        run -p depth=1,,2                   | depth='' is not a whole number
        run -p depth=99999999999999999999   | is too large: the most is
        run --forks 0                       | --forks takes a number from 1 to 100, not 0.
        run --forks many                    | Invalid value for option '--forks'
        run --frok 1                        | Unknown options: '--frok'
        run --jvm /no/such/java             | /no/such/java does not exist
        run --jvm /bin/sh                   | /bin/sh is not a JVM
        run --jvm graal:/no/such/jdk        | /no/such/jdk does not exist
        run --jvm a --jvm a                 | --jvm a is given twice.
        run --resume /no/such/run           | holds no run that can be resumed
        run --resume x --profile quick      | leave out --profile
        report /no/such/run                 | /no/such/run is not a folder
        run --vector-bits 128 --against no-such-rev --profile smoke -p target=SCALAR --out target/none | 'no-such-rev' is neither a revision
        run --vector-bits 128 --against none.jar --profile smoke -p target=SCALAR --out target/none | none.jar does not exist
        run --jvm-args -Xmx1g --jvm-args -Xmx1g | --jvm-args -Xmx1g is given twice.
        run --vector-bits 300               | --vector-bits cannot be used: vectors are of 128, 256 or 512 bits, not of 300: 256 is the nearest.
        run --vector-bits many              | vectors are of 128, 256 or 512 bits, not of 'many'.
        run --vector-bits 512 --jvm-args -XX:UseAVX=2 -p target=VECTOR | --vector-bits 512 cannot be used: the longest vectors
        run --schedule step=4;chunk=64      | 'step=4;chunk=64' is no schedule of a fused block: write step=ROWS
        run --schedule chunk=50             | not step=0,chunk=50: chunk=48 is the nearest.
        run --schedule step=4 --schedule step=4 | --schedule step=4 is given twice.
        run --jvm-args -Dconvmark.vector.bits=256 | use --vector-bits N or --schedule step=N,chunk=N instead
        run --vector-bits 128 --dump-programs --profile smoke -p target=SCALAR | --dump-programs has nothing to write: no row would run on OPENCL.
        aa --vector-bits 0                  | not of 0: 128 is the nearest.
        list --schedule step=0              | 'step=0' is no schedule of a fused block
        list --roofs /none                  | --roofs: /none
        aa --forks 0                        | --forks takes a number from 1 to 100, not 0.
        tune --budget 10                    | --budget takes a time such as 90s, 10m or 2h, not '10'.
        tune --vector-bits 128 --include FfnB --budget 5s | --budget of 5 s is too small for
        tune --vector-bits 128 --include FfnB -p fusion=NONE | none of these rows has a schedule to search: choose rows on VECTOR with fusion=BLOCK
        tune --schedule step=4 --forks 2    | for each row: leave out --schedule, --forks.
        tune --resume /no/such              | cannot read /no/such
        tune --resume x --budget 1m         | leave out --budget
        run --tuned src                     | cannot read src/tuned.json
        history /no/such                    | /no/such is not a folder
        history src                         | holds no run that can be read
        history src --since yesterday       | --since takes a day
        compare                             | Missing required parameters
        compare x                           | Missing required parameter
        compare /no/such/run x              | /no/such/run is not a folder
        compare x,x y                       | x is given twice
        compare x y --subject jvn              | unknown subject 'jvn': did you mean 'jvm'?
        compare x y --min-effect 0          | --min-effect takes percent
        compare x y --min-effect NaN        | --min-effect takes percent
        export                              | export takes either --onnx DIR, or --format
        export --format bmf                 | export takes either --onnx DIR, or --format
        export --format bfm x               | unknown format 'bfm': did you mean 'bmf'?
        export --format bmf /no/such/run    | /no/such/run is not a folder
        export --onnx                       | Missing required parameter
        export --onnx x --include Residul   | did you mean 'Residual'?
        export --onnx x --include MemoryRoof | matches only roofs
        export --onnx x -p target=VECTOR    | export takes depth, width, image, batch.
        export --onnx x -p image=0          | image=0 is too small
        export --onnx x --include Plain -p width=16000  | would need
        export --onnx / --include Ffn       | / exists already, and nothing is overwritten
        export --onnx /proc/x --include Ffn | choose a folder that you may write to
        fleet                               | submit or collect is missing
        fleet submit                        | Missing required parameter: 'MATRIX'
        fleet submit /no/such.csv           | cannot read the matrix /no/such.csv
        fleet submit x --at-once 0          | --at-once takes a whole number of at least 1, not 0.
        fleet collect /no/such              | /no/such holds no fleet
        report x --cache l4=8M              | unknown cache 'l4': did you mean
        report x --cache l3=8X              | --cache l3=8X is not a size of a cache
        report x --cache l3=99G             | --cache l3=99G is not a size of a cache
        waterline MBCOV --balance 160       | unknown pattern, block, operator or network 'MBCOV': did you mean 'MBCONV'?
        waterline MBCONV                    | Missing required option: '--balance=FLOPS'
        waterline MBCONV --balance 0        | --balance=0.0 is not a positive, finite number
        waterline MBCONV --balance NaN      | --balance=NaN is not a positive, finite number
        waterline MBCONV --balance 160 -p width=0       | width=0 is too small
        waterline MBCONV --balance 160 -p width=1,2     | -p width takes one value here, not 1,2.
        waterline MBCONV --balance 160 -p depth=9999999 | depth=9999999 is too large: the most is 512.
        waterline MBCONV --balance 160 -p target=VECTOR | -p target does not change the shape of MBCONV
        waterline DENSE --balance 160 -p image=1        | is not a valid network
        waterline CONV_3X3 --balance 160 -p width=65536 -p image=65536 | has more bytes or operations than 63 bits count
        rum                                 | Unmatched argument
        """)
    void badInputIsRefusedInOneSentence(String args, String expected) {
        Outcome outcome = Outcome.of(args.split(" "));
        assertEquals(ExitCode.ERROR, outcome.exitCode());
        assertTrue(outcome.err().contains(expected), outcome::err);
        assertTrue(outcome.err().strip().lines().count() <= 2, outcome::err);
    }

    @Test
    void waterlineNeedsNoRun() {
        Outcome outcome = Outcome.of("waterline", "ConvFirst", "-p", "width=64", "--fp16", "--balance", "160");
        assertEquals(ExitCode.OK, outcome.exitCode(), outcome::err);
        assertTrue(outcome.out().contains("attainable efficiency 0.3281"), outcome::out);
        assertTrue(outcome.out().contains("attainable efficiency 1.0000"), outcome::out);
        assertTrue(outcome.out().contains("420.000"), outcome::out);
    }

    /** A search of one small row, and nothing left to search when it is resumed. */
    @Test
    void tuneSearchesAndGoesOn(@TempDir Path parent) throws IOException {
        Outcome begun =
                Outcome.of(("tune --vector-bits 128 --include FfnB -p depth=1 -p width=16 -p image=14 -p workers=1 "
                                + "-p fusion=BLOCK --budget 10s --out " + parent)
                        .split(" "));
        assertEquals(ExitCode.OK, begun.exitCode(), begun::toString);
        assertTrue(begun.out().contains("0/1 rows, 10 s left: Ffn"), begun::out);
        Path folder;
        try (Stream<Path> folders = Files.list(parent)) {
            folder = folders.findFirst().orElseThrow();
        }
        Tuned tuned = Tuned.read(folder);
        assertEquals(List.of(), tuned.missing());
        assertTrue(tuned.found().get(0).finding().trials().size() > 1, begun::out);
        assertTrue(Files.readString(folder.resolve("tune.md")).contains("Rank correlation"));
        Outcome resumed = Outcome.of("tune", "--resume", folder.toString());
        assertEquals(ExitCode.OK, resumed.exitCode(), resumed::toString);
        assertTrue(resumed.out().startsWith("Searching 0 of 1 rows"), resumed::out);
    }

    @Test
    void noCommandIsRefused() {
        assertEquals(ExitCode.ERROR, Outcome.of().exitCode());
    }

    @Test
    void outThatIsAFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Outcome outcome = Outcome.of(
                "run", "--vector-bits", "128", "--profile", "smoke", "-p", "target=SCALAR", "--out", file.toString());
        assertEquals(ExitCode.ERROR, outcome.exitCode());
        assertTrue(outcome.err().contains("--out takes a folder"), outcome::err);
    }

    @Test
    void hugeNetworkIsRefusedWithTheMemoryItNeeds() {
        Outcome outcome = Outcome.of("run", "--vector-bits", "128", "--include", "Plain", "-p", "width=16000");
        assertEquals(ExitCode.ERROR, outcome.exitCode());
        assertTrue(outcome.err().contains("would need about"), outcome::err);
    }

    @Test
    void dryRunTellsRowsAndTimeAndMeasuresNothing(@TempDir Path folder) throws IOException {
        Outcome outcome = Outcome.of("run", "--profile", "smoke", "--dry-run", "--out", folder.toString());
        assertEquals(ExitCode.OK, outcome.exitCode());
        assertTrue(outcome.out().contains(Pattern.values().length + "  pattern on SCALAR"), outcome::out);
        assertTrue(outcome.out().contains("1 fork(s) each: about"), outcome::out);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void exportWritesTestCases(@TempDir Path folder) throws IOException {
        Path models = folder.resolve("a/models");
        String[] args = {
            "export",
            "--onnx",
            models.toString(),
            "--include",
            "(Shuffle|ConvNeXt)Benchmark",
            "-p",
            "width=8,16",
            "-p",
            "image=14"
        };
        Outcome outcome = Outcome.of(args);
        assertEquals(ExitCode.OK, outcome.exitCode(), outcome::err);
        assertTrue(outcome.out().contains("1/4 Shuffle-depth2-width8-image14-batch1"), outcome::out);
        Path model = models.resolve("ConvNeXt-depth2-width16-image14-batch1");
        for (String file : List.of("model.onnx", "test_data_set_0/input_0.pb", "test_data_set_0/output_0.pb")) {
            assertTrue(Files.size(model.resolve(file)) > 16 * 14 * 14, file);
        }
        assertEquals(ExitCode.ERROR, Outcome.of(args).exitCode());
        try (Stream<Path> files = Files.list(models.getParent())) {
            assertEquals(List.of(models), files.toList());
        }
    }

    @Test
    void peersAreCountedOrTheirAbsenceExplained(@TempDir Path folder) {
        Outcome outcome = Outcome.of(
                "run",
                "--vector-bits",
                "128",
                "--profile",
                "smoke",
                "--peers",
                "--dry-run",
                "--out",
                folder.toString());
        if (Peer.ABSENT.equals(Peer.unavailable(Target.ONNXRUNTIME))) {
            assertEquals(ExitCode.ERROR, outcome.exitCode());
            assertTrue(outcome.err().contains("./run.sh run --peers, or mvn -Ppeers package"), outcome::err);
        } else {
            assertEquals(ExitCode.OK, outcome.exitCode(), outcome::err);
            assertTrue(outcome.out().contains("ONNXRUNTIME"), outcome::out);
        }
    }

    @Test
    void damagedMachineFileIsRefused(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("machine.json"), "{\"before\": {");
        Outcome outcome = Outcome.of("report", folder.toString());
        assertEquals(ExitCode.ERROR, outcome.exitCode());
        assertTrue(outcome.err().contains("machine.json is damaged"), outcome::err);
    }

    @Test
    void listTellsWhatExistsAndWhatIsAvailable() {
        Outcome outcome = Outcome.of("list", "--roofs", "benchmarks-results/20261129T021327Z-intel-xeon-2c-62cbf592");
        assertEquals(ExitCode.OK, outcome.exitCode());
        for (String expected : new String[] {
            "NAS_CELL", "CONVNEXT", "GROUPED_3X3", "quick", "SCALAR", "PYTORCH", "ComputeRoofBenchmark", "least time"
        }) {
            assertTrue(outcome.out().contains(expected), outcome::out);
        }
    }

    @Test
    void machineTellsTheProcessor() {
        Outcome outcome = Outcome.of("machine");
        assertEquals(ExitCode.OK, outcome.exitCode());
        assertTrue(outcome.out().contains("Processor"), outcome::out);
    }
}
