/** Plain Java: the baseline of all comparisons, and the reference result. */
package org.convmark.kernel.scalar;
