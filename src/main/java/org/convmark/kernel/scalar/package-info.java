/** Plain Java: the baseline that all else is held against, and the right answer. */
package org.convmark.kernel.scalar;
