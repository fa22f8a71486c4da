/**
 * The layout of tensors and filters in memory and in vectors: what all kernels on the Vector API share. Knows no kernel.
 *
 * <p>Notation: L lanes of a vector, which are also the channels of a block; n image, b channel block, y row, x column, c channel,
 * k tap of a filter, o output block; q offset of a pixel in its array. Tensors are {@link BlockedTensor}: batch x channel block x
 * row x column x lane, with a border of zeros. A tile of V x P is V vectors of output channels by P pixels, accumulated in
 * registers.
 */
package org.convmark.kernel.vector.lane;
