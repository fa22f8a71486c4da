package org.convmark.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.convmark.io.InputError;
import org.convmark.model.Fusion;
import org.convmark.model.Graph;
import org.convmark.model.Parameter;
import org.convmark.model.Waterline;
import org.convmark.model.Waterline.Bar;
import org.convmark.model.Waterline.Counting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** A calculator for designers of networks: how efficient a block can be on a machine, without measuring anything. */
@Command(
        name = "waterline",
        description = {
            "Shows the best efficiency that a pattern, block, operator or network can reach on a machine (waterline, Lavin "
                    + "2024), kernel by kernel, without measuring anything.",
            "The tables count what the paper counts: convolutions and their activations. The last one counts everything."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class WaterlineCommand implements Callable<Integer> {
    @Parameters(paramLabel = "NAME", description = "A pattern, block, operator or network, as list prints them.")
    private String name;

    @Option(
            names = "-p",
            paramLabel = "NAME=VALUE",
            description = "depth (default 1), width (64), image (56; networks have their own) or batch (1).")
    private List<String> settings = List.of();

    @Option(names = "--fp16", description = "Use numbers of two bytes instead of four.")
    private boolean half;

    @Option(
            names = "--balance",
            paramLabel = "FLOPS",
            required = true,
            description = "Flops that the machine can do in the time it moves one byte: peak over bandwidth.")
    private double balance;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (!(balance > 0 && balance < Double.POSITIVE_INFINITY)) {
            throw new InputError(
                    "--balance=" + balance + " is not a positive, finite number: give flops per byte, such as 160.");
        }
        Problem form = Problem.of(name, settings);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(Locale.ROOT, "%s, numbers of %d bytes, %.4g flops per byte%n", form, half ? 2 : 4, balance);
        print(out, "One kernel per convolution", waterline(form.graph(), Fusion.EPILOGUE, Counting.CONVOLUTIONS));
        print(out, "One kernel per residual block", waterline(form.graph(), Fusion.BLOCK, Counting.CONVOLUTIONS));
        out.printf("%nEverything counted: weights, norms, activations, sums, routes%n");
        out.printf("  %-10s %8s %12s %8s%n", Parameter.FUSION.key(), "kernels", "efficiency", "pooled");
        for (Fusion fusion : Fusion.values()) {
            Waterline all = waterline(form.graph(), fusion, Counting.ALL);
            out.printf(
                    Locale.ROOT,
                    "  %-10s %8d %12.4f %8.4f%n",
                    fusion,
                    all.bars().size(),
                    all.efficiency(),
                    all.pooledEfficiency());
        }
        return ExitCode.OK;
    }

    private Waterline waterline(Graph graph, Fusion fusion, Counting counting) {
        return Waterline.of(graph.fuse(fusion), counting, half ? 2 : 4, bytes -> balance);
    }

    private static void print(PrintWriter out, String title, Waterline waterline) {
        out.printf("%n%s%n  %-44s %10s %7s %7s%n", title, "kernel", "flops/byte", "work", "time");
        for (Bar bar : waterline.bars()) {
            out.printf(
                    Locale.ROOT,
                    "  %-44s %10.3f %6.1f%% %6.1f%%%s%n",
                    bar.name(),
                    bar.intensity(),
                    100 * bar.operations() / waterline.operations(),
                    100 * bar.time() / waterline.time(),
                    bar.isUnderWater() ? "  under water" : "");
        }
        out.printf(
                Locale.ROOT,
                "  attainable efficiency %.4f (a roofline of the sums says %.4f)%n",
                waterline.efficiency(),
                waterline.pooledEfficiency());
    }
}
