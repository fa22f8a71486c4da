package org.convmark.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole networks against published counts, digit for digit. */
class NetworkTest {
    private record Stage(String map, long macs, long parameters) {}

    private record Published(Network network, int image, List<Stage> stages) {
        @Override
        public String toString() {
            return network + " at " + image;
        }
    }

    static List<Published> published() throws IOException {
        String text;
        try (var file = NetworkTest.class.getResourceAsStream("published-networks.txt")) {
            text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
        }
        List<Published> all = new ArrayList<>();
        for (String line : text.lines().filter(l -> !l.startsWith("#")).toList()) {
            String[] words = line.strip().split(" ");
            if (line.startsWith(" ")) {
                Stage stage = new Stage(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
                all.get(all.size() - 1).stages.add(stage);
            } else {
                all.add(new Published(Network.valueOf(words[0]), Integer.parseInt(words[1]), new ArrayList<>()));
            }
        }
        return all;
    }

    /** After some layer behind the last stage's end the map and both sums are those of the next stage. */
    @ParameterizedTest
    @MethodSource("published")
    void everyStageAddsWhatWasPublished(Published expected) {
        Graph graph = expected.network.graph(expected.image, 1);
        int node = 0;
        long macs = 0;
        long parameters = 0;
        for (Stage stage : expected.stages) {
            long macsThere = macs + stage.macs;
            long parametersThere = parameters + stage.parameters;
            String before = stage + " after " + macs + " and " + parameters;
            boolean found = false;
            while (!found && node < graph.nodes().size()) {
                Cost cost = cost(graph, node);
                macs += cost.macs();
                parameters += parameters(cost);
                found = macs == macsThere && parameters == parametersThere && stage.map.equals(map(graph, node));
                node++;
            }
            assertTrue(found, before);
        }
        assertEquals(macs, graph.cost().macs());
        assertEquals(parameters, parameters(graph.cost()));
        assertEquals(new Shape(1, 1000, 1, 1), graph.output());
    }

    /** Published as a whole only, or nowhere: then as large as its model within 5 %. */
    @ParameterizedTest
    @CsvSource({
        "GOOGLENET, 6_624_904, 1_498_376_000, 0, 500",
        "CONVFIRST_PICO_RECONSTRUCTION, 5_900_000, 900_000_000, 295_000, 45_000_000",
        "CONVFIRST_NANO_RECONSTRUCTION, 10_200_000, 1_800_000_000, 510_000, 90_000_000",
        "CONVFIRST_TINY_RECONSTRUCTION, 17_200_000, 3_200_000_000, 860_000, 160_000_000",
        "CONVFIRST_SMALL_RECONSTRUCTION, 28_600_000, 5_500_000_000, 1_430_000, 275_000_000"
    })
    void wholeNetworks(Network network, String parameters, String macs, String parametersOff, String macsOff) {
        Cost cost = network.graph(224, 1).cost();
        assertEquals(number(parameters), parameters(cost), number(parametersOff));
        assertEquals(number(macs), cost.macs(), number(macsOff));
    }

    @Test
    void everyNetworkIsCounted() throws IOException {
        Set<Network> counted = published().stream().map(Published::network).collect(Collectors.toSet());
        counted.addAll(Arrays.asList(
                Network.GOOGLENET,
                Network.CONVFIRST_PICO_RECONSTRUCTION,
                Network.CONVFIRST_NANO_RECONSTRUCTION,
                Network.CONVFIRST_TINY_RECONSTRUCTION,
                Network.CONVFIRST_SMALL_RECONSTRUCTION));
        assertEquals(EnumSet.allOf(Network.class), counted);
    }

    /** Layers counted by kind from the authors' code. */
    @ParameterizedTest
    @CsvSource({
        "RESNET_50, 54, 53, 49, 16, 0",
        "DENSENET_121, 121, 121, 121, 0, 58",
        "SHUFFLENET_V2, 57, 56, 37, 0, 16",
        "EFFICIENTNET_B0, 82, 49, 65, 9, 0",
        "MOBILENET_V3_LARGE, 64, 46, 48, 10, 0",
        "DARTS_V2, 299, 163, 162, 56, 17",
        "NASNET_A_MOBILE, 357, 192, 192, 80, 20"
    })
    void layers(Network network, int convolutions, int norms, int activations, int sums, int concatenations) {
        Graph graph = network.graph(224, 1);
        assertEquals(
                List.of(convolutions, norms, activations, sums, concatenations),
                Stream.of(
                                Conv.class,
                                Affine.BatchNorm.class,
                                ElementWise.Activate.class,
                                ElementWise.Add.class,
                                Route.Concat.class)
                        .map(kind -> (int) graph.nodes().stream()
                                .filter(n -> kind.isInstance(n.layer()))
                                .count())
                        .toList());
    }

    /** Only a reconstruction has none. */
    @ParameterizedTest
    @EnumSource
    void accuracyHasASource(Network network) {
        assertEquals(
                network.name().endsWith("RECONSTRUCTION"), network.accuracy().isEmpty());
        network.accuracy().ifPresent(accuracy -> {
            assertTrue(accuracy.percent() > 50 && accuracy.percent() < 90);
            assertTrue(accuracy.source().length() > 3);
        });
        assertEquals(1, network.graph(network.image(), 1).output().width());
    }

    @ParameterizedTest
    @CsvSource({
        "VGG_16, 64, 'a window of 7 pixels does not fit a map of 2'",
        "MOBILENET_V2, 16, 'stride of 2 is larger than its map of 1'",
        "CONVNEXT_TINY, 20, 'a window of 2 pixels does not fit a map of 1'",
        "SQUEEZENET_1_1, 2, 'a window of 3 pixels does not fit a map of 2'"
    })
    void smallImagesAreRefusedWithTheLayer(Network network, int image, String reason) {
        String message = assertThrows(IllegalArgumentException.class, () -> network.graph(image, 1))
                .getMessage();
        assertTrue(message.startsWith(network + " does not run on images of " + image), message);
        assertTrue(message.matches(".*: layer \\d+, .*" + reason + ".*"), message);
    }

    private static Cost cost(Graph graph, int node) {
        Graph.Node n = graph.nodes().get(node);
        return n.layer().cost(graph.shapes(n));
    }

    private static String map(Graph graph, int node) {
        Shape shape = graph.nodes().get(node).output();
        return shape.channels() + "x" + shape.height() + "x" + shape.width();
    }

    private static long parameters(Cost cost) {
        return cost.weightBytes() / Shape.ELEMENT_BYTES;
    }

    private static long number(String digits) {
        return Long.parseLong(digits.replace("_", ""));
    }
}
