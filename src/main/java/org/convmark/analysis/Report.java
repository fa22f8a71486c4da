package org.convmark.analysis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.convmark.analysis.facts.Family;
import org.convmark.analysis.facts.RunFacts;
import org.convmark.analysis.section.ActivationAnalysis;
import org.convmark.analysis.section.Analysis;
import org.convmark.analysis.section.AxisAnalysis;
import org.convmark.analysis.section.BoundAnalysis;
import org.convmark.analysis.section.ConfigurationAnalysis;
import org.convmark.analysis.section.CorrelationAnalysis;
import org.convmark.analysis.section.DecompositionAnalysis;
import org.convmark.analysis.section.EfficiencyAnalysis;
import org.convmark.analysis.section.ErrorAnalysis;
import org.convmark.analysis.section.FailureAnalysis;
import org.convmark.analysis.section.LaunchAnalysis;
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
import org.convmark.report.CsvWriter;
import org.convmark.report.DataWriter;
import org.convmark.report.Document;
import org.convmark.report.HtmlWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.Section;
import org.convmark.report.Table;
import org.convmark.results.Run;

/** All analyses of a run as one document. */
public final class Report {
    /** What a report holds, in reading order. The only list of analyses. */
    private static final List<Analysis> ANALYSES = List.of(
            new MachineAnalysis(),
            new SpeedupAnalysis(Family.PATTERN),
            new SpeedupAnalysis(Family.BLOCK),
            new SpeedupAnalysis(Family.OPERATOR),
            new ActivationAnalysis(),
            new SpeedupAnalysis(Family.NETWORK),
            new NetworkAnalysis(),
            new DecompositionAnalysis(),
            new LaunchAnalysis(),
            new PeerAnalysis(),
            new ErrorAnalysis(),
            new ConfigurationAnalysis(),
            new ScalingAnalysis(),
            new AxisAnalysis(),
            new EfficiencyAnalysis(),
            new WaterlineAnalysis(),
            new BoundAnalysis(),
            new CorrelationAnalysis(),
            new MismatchAnalysis(),
            new RoofAnalysis(),
            new NoiseAnalysis(),
            new RowAnalysis(),
            new FailureAnalysis());

    private Report() {}

    /**
     * Writes report.html, report.md and report.csv (every row, for programs) and, for a run with peers, peers.csv
     * (every point) into a run's folder. Existing files are replaced atomically.
     *
     * @return the path of report.html
     * @throws IllegalArgumentException with one sentence if the folder holds no run, or a damaged one
     * @throws IOException if the folder cannot be written
     */
    public static Path write(Path runFolder) throws IOException {
        RunFacts facts = new RunFacts(Run.read(runFolder), Map.of());
        Document document = of(facts);
        Path html = runFolder.resolve("report.html");
        new HtmlWriter().write(document, html);
        new MarkdownWriter().write(document, runFolder.resolve("report.md"));
        new CsvWriter().write(RowAnalysis.everyRow(facts), runFolder.resolve("report.csv"));
        Table peers = PeerAnalysis.everyPoint(facts);
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
     * Writes every analysis as JSON and CSV into the folder data of a run's folder, or data.what-if for caches of other
     * sizes.
     *
     * @param caches sizes in bytes by name, that override the machine's; usually empty
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
     * @param caches sizes in bytes by name, that override the machine's; usually empty
     */
    public static Document of(Run run, Map<String, Long> caches) {
        return of(new RunFacts(run, caches));
    }

    private static Document of(RunFacts facts) {
        return new Document("What acceleration gives to each form of network", subtitle(facts.run()), sections(facts));
    }

    /**
     * Runs each analysis on its own thread: on threads of the common pool, they would leave none free for the parallel
     * streams inside them.
     */
    private static List<Section> sections(RunFacts facts) {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<CompletableFuture<Section>> sections = ANALYSES.stream()
                    .map(analysis -> CompletableFuture.supplyAsync(() -> analysis.of(facts), threads))
                    .toList();
            return sections.stream().map(CompletableFuture::join).toList();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            threads.shutdown();
        }
    }

    private static String subtitle(Run run) {
        String profile =
                run.plan().profile() == null ? "" : ", profile " + run.plan().profile();
        return "Convmark run " + run.folder().toAbsolutePath().normalize().getFileName() + profile + ": "
                + run.measurements().size() + " rows on "
                + run.machine().before().cpu().model().optional().orElse("an unknown processor") + "."
                + ("smoke".equals(run.plan().profile())
                        ? " A smoke run shows that everything works; its times are too short to be quoted."
                        : "");
    }
}
