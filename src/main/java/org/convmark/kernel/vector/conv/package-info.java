/** Convolutions on the Vector API: direct on register tiles, Winograd's, depthwise, grouped, and of single pixels. */
package org.convmark.kernel.vector.conv;
