package org.convmark.analysis;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.convmark.model.Block;
import org.convmark.model.Operator;
import org.convmark.model.Pattern;
import org.convmark.report.CsvWriter;
import org.convmark.report.Document;
import org.convmark.report.HtmlWriter;
import org.convmark.report.MarkdownWriter;
import org.convmark.report.Table;
import org.convmark.results.Run;

/** All analyses of a run as one document. */
public final class Report {
    /** What a report holds, in reading order. The only list of analyses. */
    private static final List<Analysis> ANALYSES = List.of(
            new MachineAnalysis(),
            new SpeedupAnalysis("pattern", List.of(Pattern.values())),
            new SpeedupAnalysis("block", List.of(Block.values())),
            new SpeedupAnalysis("operator", List.of(Operator.values())),
            new PeerAnalysis(),
            new ConfigurationAnalysis(),
            new RoofAnalysis(),
            new RowAnalysis(),
            new FailureAnalysis());

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
        Document document = of(run);
        Path html = runFolder.resolve("report.html");
        new HtmlWriter().write(document, html);
        new MarkdownWriter().write(document, runFolder.resolve("report.md"));
        new CsvWriter().write(RowAnalysis.everyRow(run), runFolder.resolve("report.csv"));
        Table peers = PeerAnalysis.everyPoint(run);
        if (!peers.rows().isEmpty()) {
            new CsvWriter().write(peers, runFolder.resolve("peers.csv"));
        }
        return html;
    }

    /** The document of a run. */
    public static Document of(Run run) {
        return new Document(
                "What acceleration gives to each form of network",
                subtitle(run),
                ANALYSES.stream().map(analysis -> analysis.of(run)).toList());
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
