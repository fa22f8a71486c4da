package org.convmark.analysis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import org.convmark.analysis.facts.Resampling;
import org.convmark.analysis.section.ActivationAnalysis;
import org.convmark.analysis.section.Analysis;
import org.convmark.analysis.section.ConfigurationAnalysis;
import org.convmark.analysis.section.CorrelationAnalysis;
import org.convmark.analysis.section.DecompositionAnalysis;
import org.convmark.analysis.section.EfficiencyAnalysis;
import org.convmark.analysis.section.FailureAnalysis;
import org.convmark.analysis.section.MachineAnalysis;
import org.convmark.analysis.section.MismatchAnalysis;
import org.convmark.analysis.section.NetworkAnalysis;
import org.convmark.analysis.section.NoiseAnalysis;
import org.convmark.analysis.section.PeerAnalysis;
import org.convmark.analysis.section.RoofAnalysis;
import org.convmark.analysis.section.RowAnalysis;
import org.convmark.analysis.section.ScalingAnalysis;
import org.convmark.analysis.section.SpeedupAnalysis;
import org.convmark.analysis.section.WaterlineAnalysis;
import org.convmark.model.ActivationChain;
import org.convmark.model.Block;
import org.convmark.model.Network;
import org.convmark.model.Operator;
import org.convmark.model.Pattern;
import org.convmark.report.CsvWriter;
import org.convmark.report.DataWriter;
import org.convmark.report.Document;
import org.convmark.report.HtmlWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.results.Measurement;
import org.convmark.results.Run;

/** All analyses of a run as one document. */
public final class Report {
    /** What a report holds, in reading order. The only list of analyses. */
    private static List<Analysis> analyses(Map<String, Long> caches, RowAnalysis rows) {
        Resampling resampling = new Resampling();
        return List.of(
                new MachineAnalysis(),
                own(new SpeedupAnalysis("pattern", List.of(Pattern.values()), resampling)),
                own(new SpeedupAnalysis("block", List.of(Block.values()), resampling)),
                own(new SpeedupAnalysis("operator", List.of(Operator.values()), resampling)),
                own(new ActivationAnalysis(resampling)),
                own(new SpeedupAnalysis("network", List.of(Network.values()), resampling)),
                own(new NetworkAnalysis()),
                forms(new DecompositionAnalysis(resampling)),
                forms(new PeerAnalysis()),
                new ConfigurationAnalysis(),
                forms(new ScalingAnalysis(resampling)),
                forms(new EfficiencyAnalysis()),
                forms(new WaterlineAnalysis()),
                forms(new CorrelationAnalysis(caches)),
                forms(new MismatchAnalysis()),
                own(new RoofAnalysis()),
                new NoiseAnalysis(),
                rows,
                new FailureAnalysis());
    }

    /** Of rows of other projects nothing is known but their times. */
    private static Analysis own(Analysis analysis) {
        return of(row -> row.known().isPresent(), analysis);
    }

    /** What is said of forms of networks does not count one convolution once for each activation. */
    private static Analysis forms(Analysis analysis) {
        return own(of(row -> !(row.isWork() && row.work().workload() instanceof ActivationChain), analysis));
    }

    private static Analysis of(Predicate<Measurement> rows, Analysis analysis) {
        return run -> analysis.of(new Run(
                run.folder(),
                run.machine(),
                run.intent(),
                run.measurements().stream().filter(rows).toList(),
                run.failures()));
    }

    private Report() {}

    /**
     * Writes report.html, report.md and report.csv (every row, for programs) and, of a run with
     * other engines, peers.csv (every point) into a run's folder; what a file held before
     * is replaced in one step.
     *
     * @return the path of report.html
     * @throws IllegalArgumentException with one sentence if the folder holds no run, or a damaged one
     * @throws IOException if the folder cannot be written
     */
    public static Path write(Path runFolder) throws IOException {
        Run run = Run.read(runFolder);
        RowAnalysis rows = new RowAnalysis(run, Map.of());
        Document document = of(run, Map.of(), rows);
        Path html = runFolder.resolve("report.html");
        new HtmlWriter().write(document, html);
        new MarkdownWriter().write(document, runFolder.resolve("report.md"));
        new CsvWriter().write(rows.everyRow(run), runFolder.resolve("report.csv"));
        Table peers = PeerAnalysis.everyPoint(run);
        if (!peers.rows().isEmpty()) {
            new CsvWriter().write(peers, runFolder.resolve("peers.csv"));
        }
        return html;
    }

    /**
     * Writes report.what-if.html into a run's folder: the report as it would be if caches had other sizes.
     *
     * @param caches sizes in bytes by name, L1d, L2 or L3
     * @return its path
     * @throws IllegalArgumentException with one sentence if the folder holds no run, or a damaged one
     * @throws IOException if the folder cannot be written
     */
    public static Path writeWhatIf(Path runFolder, Map<String, Long> caches) throws IOException {
        Path html = runFolder.resolve("report.what-if.html");
        new HtmlWriter().write(of(Run.read(runFolder), caches), html);
        return html;
    }

    /**
     * Writes every analysis as JSON and CSV into the folder data of a run's folder, or data.what-if for caches of other sizes.
     *
     * @param caches sizes in bytes by name, in place of the machine's; usually none
     * @return that folder
     * @throws IllegalArgumentException with one sentence if the folder holds no run, or a damaged one
     * @throws IOException if the folder cannot be written
     */
    public static Path writeData(Path runFolder, Map<String, Long> caches) throws IOException {
        Path data = runFolder.resolve(caches.isEmpty() ? "data" : "data.what-if");
        new DataWriter().write(of(Run.read(runFolder), caches), data);
        return data;
    }

    /**
     * The document of a run.
     *
     * @param caches sizes in bytes by name, in place of the machine's; usually none
     */
    public static Document of(Run run, Map<String, Long> caches) {
        return of(run, caches, new RowAnalysis(run, caches));
    }

    private static Document of(Run run, Map<String, Long> caches, RowAnalysis rows) {
        return new Document(
                "What acceleration gives to each form of network",
                subtitle(run),
                sections(analyses(caches, rows), run));
    }

    /** Each analysis on a thread of its own: on those of the common pool a parallel stream inside one would have no helpers. */
    private static List<Section> sections(List<Analysis> analyses, Run run) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Section>> sections = analyses.stream()
                    .map(analysis -> CompletableFuture.supplyAsync(() -> analysis.of(run), threads))
                    .toList();
            return sections.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            threads.shutdown();
        }
    }

    private static String subtitle(Run run) {
        String profile = run.intent().profile() == null
                ? ""
                : ", profile " + run.intent().profile();
        return "Convmark run " + run.folder().toAbsolutePath().normalize().getFileName() + profile + ": "
                + run.measurements().size() + " rows on "
                + run.machine().before().cpu().model().optional().orElse("an unknown processor") + "."
                + ("smoke".equals(run.intent().profile())
                        ? " A smoke run shows that everything works; its times are too short to be quoted."
                        : "");
    }
}
