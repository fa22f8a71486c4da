/**
 * The backend on the Vector API, its fused kernels, and every kernel that is not a convolution. {@code lane} defines the layout
 * of tensors and the notation, {@code tile} holds the generated register tiles, {@code conv} the convolutions; none of them knows
 * this package.
 */
package org.convmark.kernel.vector;
