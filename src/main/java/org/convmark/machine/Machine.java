package org.convmark.machine;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A machine at one moment, as its operating system and OSHI report it. Every value has a source or a reason why it is missing;
 * capturing never fails.
 *
 * @param id short name of the kind of machine, safe in folder names: processor and logical cores
 * @param capturedAt UTC, ISO 8601
 * @param caches caches of the processor, one entry per level and kind
 * @param temperatures sensors of the operating system
 * @param variables of the environment that change what is measured, by name
 * @param checkout the source that runs, if it runs from a checkout
 */
public record Machine(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) String capturedAt,
        @JsonProperty(required = true) Cpu cpu,
        Fact<List<Cache>> caches,
        @JsonProperty(required = true) Memory memory,
        @JsonProperty(required = true) Os os,
        @JsonProperty(required = true) Limits limits,
        Fact<List<Temperature>> temperatures,
        Fact<List<GraphicsCard>> graphicsCards,
        Fact<Map<String, String>> variables,
        @JsonProperty(required = true) Checkout checkout) {

    /**
     * The processor.
     *
     * @param family number of the family, as the processor reports it
     * @param modelNumber number of the model within the family
     * @param features instruction set extensions that matter to convolutions
     * @param maxMHz highest clock
     * @param currentMHz clock of the fastest core at this moment
     * @param governor scaling governor; several, separated by commas, if cores differ
     * @param boost on or off: whether the clock may exceed the nominal one
     * @param hypervisor name of the virtual machine monitor, or "none"
     * @param counters hardware counters of caches that can be read
     */
    public record Cpu(
            Fact<String> model,
            Fact<String> vendor,
            Fact<String> family,
            Fact<String> modelNumber,
            Fact<String> stepping,
            Fact<Integer> sockets,
            Fact<Integer> physicalCores,
            Fact<Integer> logicalCores,
            Fact<List<String>> features,
            Fact<Double> maxMHz,
            Fact<Double> currentMHz,
            Fact<String> governor,
            Fact<String> boost,
            Fact<String> hypervisor,
            Fact<List<String>> counters) {
        /** Earlier versions did not record counters. */
        public Cpu {
            counters = counters == null ? Fact.missing("an earlier version did not look for them") : counters;
        }

        /**
         * Whether instructions that multiply bytes have sums of 32 bits. On x86 that takes VNNI; before it, vpmaddubsw added pairs of products
         * in 16 bits, where they saturate. True if the features are not known.
         */
        public boolean addsBytesExactly() {
            List<String> known = features.optional().orElse(List.of());
            return !known.contains("sse4_2") || known.contains("avx512_vnni") || known.contains("avx_vnni");
        }
    }

    /**
     * A cache of the processor.
     *
     * @param name L1d, L1i, L2, L3
     * @param bytes size of one instance; missing if implausible
     * @param ways associativity
     * @param sharedBy processors that share the first instance, as a list of ranges
     * @param instances number of instances in the machine
     * @param check how the sources agree
     */
    public record Cache(
            String name,
            Fact<Long> bytes,
            Fact<Integer> lineBytes,
            Fact<Integer> ways,
            Fact<Integer> sets,
            Fact<String> sharedBy,
            Fact<Integer> instances,
            String check) {}

    /**
     * Main memory.
     *
     * @param pageBytes size of a base page
     * @param transparentHugePages always, madvise or never
     */
    public record Memory(
            Fact<Long> totalBytes,
            Fact<Long> availableBytes,
            Fact<Long> pageBytes,
            Fact<String> transparentHugePages) {}

    /**
     * The operating system and how busy it is.
     *
     * @param addressRandomisation off, partial or full
     * @param loadAverage over one minute
     * @param stealTicks time since boot that the hypervisor gave to other guests, in clock ticks
     */
    public record Os(
            Fact<String> family,
            Fact<String> version,
            Fact<String> kernel,
            Fact<String> addressRandomisation,
            Fact<Double> loadAverage,
            Fact<Long> stealTicks,
            Fact<Long> uptimeSeconds) {}

    /**
     * Limits of a container; missing where there is no limit.
     *
     * @param cpus processor time, in processors
     * @param cpuset processors that may be used, as a list of ranges
     */
    public record Limits(Fact<Double> cpus, Fact<String> cpuset, Fact<Long> memoryBytes) {}

    /** A temperature sensor. */
    public record Temperature(String name, double celsius) {}

    /** A graphics card, as the operating system lists it. */
    public record GraphicsCard(String name, Fact<String> vendor, Fact<String> version, Fact<Long> memoryBytes) {}

    /**
     * The checkout of this project that runs.
     *
     * @param dirty whether tracked or new files differ from the commit
     */
    public record Checkout(Fact<String> commit, Fact<Boolean> dirty) {}

    /**
     * A line of the machine table.
     *
     * @param text value with its unit, or "unavailable"
     * @param origin where the value was read, or why it is missing
     */
    public record Row(String section, String name, String text, String origin) {}

    /** This machine, now. */
    public static Machine capture() {
        return new Observer(
                        new FileTree(Path.of("/")), Oshi.load(), OwnCode.path().getParent())
                .machine();
    }

    /** The same machine, running the program of another checkout. */
    public Machine with(Checkout other) {
        return new Machine(
                id, capturedAt, cpu, caches, memory, os, limits, temperatures, graphicsCards, variables, other);
    }

    /** A cache by name: L1d, L1i, L2, L3. */
    public Optional<Cache> cache(String name) {
        return caches.optional().stream()
                .flatMap(List::stream)
                .filter(c -> c.name().equals(name))
                .findFirst();
    }

    /** Bytes of the caches whose size is known, by name. */
    public Map<String, Long> cacheSizes() {
        return caches.optional().stream()
                .flatMap(List::stream)
                .filter(c -> c.bytes().optional().isPresent())
                .collect(Collectors.toMap(Cache::name, c -> c.bytes().optional().orElseThrow(), Math::max));
    }

    /** All values for a reader, in order and in human units. */
    public List<Row> table() {
        return new MachineTable(this).rows();
    }
}
