/** Convolutions on the Vector API: direct on register tiles, Winograd, depthwise, grouped, and matrix-vector. */
package org.convmark.kernel.vector.conv;
