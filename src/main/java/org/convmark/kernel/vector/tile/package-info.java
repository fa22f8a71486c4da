/**
 * Register tiles of a convolution and what chooses among them, all generated from the sizes in {@link
 * org.convmark.kernel.vector.lane.TileSize}: change a template beside {@code GeneratedClass}, in the tests, never a file here.
 *
 * <p>Tile2x5: two vectors of output channels by five neighbouring pixels of a row. Tile2x2And3: two pixels that end a
 * row and three that begin another, {@code inGap} and {@code outGap} floats from the first pixel to the first of these.
 * Step2: every second column of the input. Scattered2x5: pixels anywhere, where no other tile fits: maps of less than four
 * columns, strides above two; an offset and a bounds check per pixel make it slower than the others.
 *
 * <p>One loop over runs of taps, four with 16 registers ({@code PackedFilter.RUN}): the run's offset from a table, then per tap one or two weight vectors
 * and one broadcast per pixel. The table serves every kernel size, dilation, group width and channel count, and it keeps C2
 * from unrolling the loop, which spills accumulators. The taps of a run are kept apart by a way out of the loop that is never
 * taken, one comparison of what is never equal, each another so that C2 does not know it: there the interpreter would need all sums, so that C2 cannot move a tap's products behind the next one's loads, which
 * spills too. (An exception would not do: JDK 25 knows that sums are dead behind it.) Six pixels by two vectors fit 16
 * registers: twelve sums, two weights, broadcasts; per run 48 FMAs, 24 broadcasts, 8 loads in 101 instructions on JDK 25, no stack
 * moves of vectors; alone 2 to 16 % faster than five, 6 in the median. Five, which the rest of a row or a run that goes on in the next takes: ten sums, two weights, broadcasts; per run 40 FMAs, 20 broadcasts, 8 loads in 89 instructions on JDK 25, no stack
 * moves of vectors. Share of the FMA roof, Zen 3, AVX2, one thread, JDK 17 / 25, 64 channels, measured with an offset per tap, which
 * is as fast on a quiet core: 3x3 92 / 92 %, 1x1 79 / 84 %. JDK 17 sometimes
 * allocates registers badly for the life of a JVM, then it is 76 % or a third. Where the other hardware thread of the core is
 * busy, a tile with its operands in L1 reaches 62 / 60 %, with an offset per tap 46 / 51 %. Sums start at the bias; a residual is added behind the loop, if there is one. What is stored lies
 * within the limits of a first activation by comparison, a comparison and a blend for each limit, outside the loop; the shares
 * of five pixels were measured without. The second vector is stored {@code next} floats behind the first, and before it: where
 * there is no second block, next is 0 and the first overwrites it, which needs no branch.
 *
 * <p>Eight pixels by one vector, where a second would be empty or of another group: per tap 8 FMAs, 8 broadcasts, 1 load. Loads
 * are the limit, at 84 %: two vectors share a broadcast, one has it alone. Measured: 3x3 in groups of 8, 64 channels, 65 / 67 %.
 *
 * <p>Fourteen pixels fit 32 registers, those that AVX-512 brings for vectors of all lengths, in runs of two taps: 56 FMAs, 28 broadcasts, 4 loads in 104
 * instructions (JDK 25, counted when a way out took an addition too, and before the place of the weights took one), no stack moves. C1 cannot compile these and is kept off all tiles, see {@code TileCompilation}. Share of the roof of an Intel core with two FMA units of 512 bits,
 * direct 3x3 of ResNet-50 alone: 88 and 96 %, one tap at a time 75 and 77 %; all its 1x1 71 and 80 %, 65 and 67 %. One tap at a time, share of the FMA roof, Zen 4, 512 bits, one thread, JDK 17 / 25, image
 * 56: 1x1 32>128 81 / 89 %, 128>32 87 / 92 %, 64>64 on JDK 25 94 %; with 256 bits 83 to 87 %.
 *
 * <p>Lane7x3: seven neighbouring pixels of one vector of channels, each channel on its own, tile after tile until
 * {@code end}, because a call costs as much as a quarter of a 3x3 tile. One loop over runs of three taps beside one another:
 * their weights, which lie from {@code w0} in the order of the runs, stay in registers and each input vector, loaded once,
 * meets all of them. Three neighbours take 3 + 9 loads for 21 FMAs where tap by tap they take 3 + 21: loads are the limit,
 * more so as every second one straddles two cache lines unless the JVM aligns arrays. Lane7x3And2: from run {@code longer} on,
 * runs of two. One class per kind of filter: a loop that another filter left empty would be compiled anew when it is first
 * entered, and on JDK 25 that meant seconds of boxed vectors. Share of the FMA roof as above: 3x3 128@56 63 / 56 %, 7x7 96@56
 * 68 / 69 %.
 */
package org.convmark.kernel.vector.tile;
