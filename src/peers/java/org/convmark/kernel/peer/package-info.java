/** Engines that others wrote, on the same graphs and weights. In builds with the Maven profile {@code peers} only. */
package org.convmark.kernel.peer;
