package org.convmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What README and docs point to is there, and every committed run is one that they point to. */
class DocumentsTest {
    private static final Path RESULTS = Path.of("benchmarks-results");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^()\\s]+)\\)");
    private static final Pattern RUN = Pattern.compile("\\b\\d{8}T\\d{6}Z\\b");
    private static final Pattern HEADING = Pattern.compile("^#+ (.+)$", Pattern.MULTILINE);

    private static List<Path> documents() throws IOException {
        try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
            return Stream.concat(Stream.of(Path.of("README.md")), docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> dead = new ArrayList<>();
        for (Path document : documents()) {
            for (String link : found(LINK, document, 1)) {
                if (!link.matches("[a-z]+:.*") && !leads(document, link)) {
                    dead.add(document + ": " + link);
                }
            }
        }
        assertEquals(List.of(), dead);
    }

    private static boolean leads(Path document, String link) throws IOException {
        String[] parts = link.split("#", 2);
        Path file = parts[0].isEmpty()
                ? document
                : document.resolveSibling(parts[0]).normalize();
        return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
    }

    /** Headings as GitHub names them: lower case, without punctuation, spaces as hyphens. */
    private static Set<String> anchors(Path file) throws IOException {
        return found(HEADING, file, 1).stream()
                .map(heading -> heading.toLowerCase()
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    @Test
    void committedRunsAreThoseThatDocumentsName() throws IOException {
        assumeTrue(Files.exists(Path.of(".git")), "no checkout: which runs are committed is not known");
        Set<String> named = new TreeSet<>();
        for (Path document : documents()) {
            named.addAll(found(RUN, document, 0));
        }
        assertEquals(named, committed());
    }

    /** The folders that git tracks, as other runs may lie beside them. */
    private static Set<String> committed() throws IOException {
        Process git = new ProcessBuilder("git", "ls-files", RESULTS.toString()).start();
        String files = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new TreeSet<>(
                RUN.matcher(files).results().map(MatchResult::group).toList());
    }

    private static Set<String> found(Pattern pattern, Path file, int group) throws IOException {
        return pattern.matcher(Files.readString(file))
                .results()
                .map(match -> match.group(group))
                .collect(Collectors.toCollection(HashSet::new));
    }
}
