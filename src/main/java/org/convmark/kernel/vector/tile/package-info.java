/**
 * Register tiles of a convolution and the dispatch over them, all generated from the sizes in {@link
 * org.convmark.kernel.vector.lane.TileSize}. Change a template beside {@code GeneratedClass}, in the tests, never a file here.
 * How the tiles came about is in docs/log/register-tiles.md.
 *
 * <p>Names:
 * <ul>
 *   <li>Tile2x5: two vectors of output channels by five neighbouring pixels of a row.
 *   <li>Tile2x2And3: two pixels at the end of a row and three at the start of another. {@code inGap} and {@code outGap} are the
 *       floats from the first pixel to the first of the three.
 *   <li>{@code run} reads neighbouring columns of the input, {@code runStep2} every second one, {@code runPruned} neighbouring ones for
 *       taps that each have an offset, because those between them are zero.
 *   <li>{@code runLower} and {@code runBoth} compare results with a lower bound, and with both, see {@link
 *       org.convmark.kernel.vector.lane.Clamp.Bounds}; {@code run} compares them with none.
 *   <li>Scattered2x5: pixels anywhere, for maps narrower than four columns and strides above two. An offset and a bounds check
 *       per pixel make it slower than the others.
 *   <li>Lane14x5: fourteen neighbouring pixels of one vector of channels, each channel on its own, in runs of five taps.
 *       Lane7x3And2: from run {@code longer} on, runs of two.
 *   <li>SparseTiles: two output channels of a pruned filter by vectors of pixels of one channel, so that a weight is broadcast and a zero
 *       is left out. {@code run7} takes seven vectors and needs 32 registers: fourteen sums, one input, two weights. Taps come in three
 *       loops, of the first channel alone, of the second alone, and of both, which load the input once.
 * </ul>
 *
 * <p><b>The loop.</b> A single loop over runs of taps: four taps with 16 registers, two with 32 ({@code PackedFilter.RUN}). A
 * table gives the offset of each run; each tap then takes one or two weight vectors and one broadcast per pixel. The table serves
 * every kernel size, dilation, group width and channel count, and it keeps C2 from unrolling the loop, which would spill
 * accumulators.
 *
 * <p>Between the taps of a run there is an exit that is never taken: a comparison of values that are never equal, a different one
 * each time, so that C2 cannot know the outcome. An exit needs all sums for the interpreter, so C2 cannot move a tap's
 * multiply-adds past the next tap's loads, which would spill too. An exception would not do: JDK 25 knows that the sums are dead
 * once it is thrown.
 *
 * <p><b>Before and after the loop.</b> Sums start at the bias. After the loop a residual is added, if there is one, and the sums
 * are clamped for a first activation: a comparison and a blend per bound, on JDK 17 two instructions more that turn a mask into a
 * vector and back. So there is a method for each kind of bounds, and ReLU is not compared with an upper one. Lane tiles have branches
 * instead. In tiles with up to 28 sums branches cost up to three times the time. The tiles that few layers use, for images, pruned
 * filters and scattered pixels, always compare with both. The second vector is stored before the first, {@code
 * next} floats after it. If there is no second block, {@code next} is 0 and the first vector overwrites the second, which needs no
 * branch.
 *
 * <p><b>Tiles for 16 registers.</b> Counted per run of four taps on JDK 25; neither moves a vector through the stack.
 * <ul>
 *   <li>Six pixels by two vectors: twelve sums, two weights, broadcasts; 48 FMAs, 24 broadcasts, 8 loads in 101 instructions.
 *       Measured alone, 2 to 16 % faster than five pixels, 6 in the median.
 *   <li>Five pixels by two vectors, for the rest of a row and for runs that continue in the next row: ten sums, two weights,
 *       broadcasts; 40 FMAs, 20 broadcasts, 8 loads in 89 instructions.
 *   <li>Eight pixels by one vector, where a second vector would be empty or in another group: per tap 8 FMAs, 8 broadcasts, 1
 *       load. Loads limit it to 84 %, because a broadcast serves one vector, not two.
 * </ul>
 *
 * <p>Share of the FMA roof, Zen 3, AVX2, one thread, JDK 17 / 25:
 * <ul>
 *   <li>Five pixels, 64 channels: 3x3 92 / 92 %, 1x1 79 / 84 %. Measured without the clamp and with an offset per tap, which is as
 *       fast on a quiet core. JDK 17 sometimes allocates registers badly for the life of a JVM: then it is 76 % or a third.
 *   <li>While the other hardware thread of the core is busy, a tile with its operands in L1 reaches 62 / 60 %; with an offset per
 *       tap 46 / 51 %.
 *   <li>Eight pixels, 3x3 in groups of 8, 64 channels: 65 / 67 %.
 *   <li>Lane tiles: 3x3 128@56 63 / 56 %, 7x7 96@56 68 / 69 %.
 * </ul>
 *
 * <p><b>Tiles for 32 registers</b>, which AVX-512 brings for vectors of all lengths: fourteen pixels by two vectors in runs of two
 * taps. A run has 56 FMAs, 28 broadcasts and 4 loads in 104 instructions, without stack moves (JDK 25; counted when the exit still
 * took an addition and the start of the weights was still a constant). C1 cannot compile these tiles and is kept off all tiles,
 * see {@link org.convmark.kernel.vector.lane.TileCompilation}. Shares of the FMA roof:
 * <ul>
 *   <li>An Intel core with two FMA units of 512 bits, kernels of ResNet-50 alone, all direct: 3x3 88 and 96 %, with one tap at a
 *       time 75 and 77 %; 1x1 71 and 80 %, with one tap at a time 65 and 67 %.
 *   <li>Zen 4, 512 bits, one thread, one tap at a time, image 56, JDK 17 / 25: 1x1 32>128 81 / 89 %, 128>32 87 / 92 %, 64>64 on
 *       JDK 25 94 %; with 256 bits 83 to 87 %.
 * </ul>
 * One vector takes twenty-eight pixels: as many sums, and a quarter of the calls of eight pixels. 1x1 32>8@56 is 1.14 times as
 * fast as by eight pixels, 8>8@56 1.15 times (Emerald Rapids, JDK 25).
 *
 * <p><b>Lane tiles</b> compute the tiles of several rows in a call, because a call costs as much as a quarter to a half of a 3x3 tile.
 * A single loop goes over runs of neighbouring taps. Their weights start at {@code w0}, in the order of the runs, and stay in
 * registers; each input vector is loaded once and used by all of them. With 32 registers a run is a whole row of the filter, of up to
 * seven taps, by fourteen pixels: 7 + 20 loads for 98 FMAs. Fourteen sums also hide the latency of the FMAs, which seven cannot. With
 * 16 registers runs have three taps, then two, by seven pixels. Three taps together take 3 + 9 loads for 21 FMAs; one at a time they
 * take 3 + 21. Loads are the limit then, all the more because every second one crosses a cache line unless the JVM aligns
 * arrays. There is one class per kind of filter: a loop that stayed empty for one filter would be recompiled when another filter
 * first enters it, and on JDK 25 that meant seconds of boxed vectors.
 */
package org.convmark.kernel.vector.tile;
