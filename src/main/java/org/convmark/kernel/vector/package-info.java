/**
 * The backend on the Vector API, its fused kernels, and all that is no convolution. {@code lane} says how tensors lie and has
 * the legend, {@code tile} holds the generated register tiles, {@code conv} the convolutions; none of them knows this package.
 */
package org.convmark.kernel.vector;
