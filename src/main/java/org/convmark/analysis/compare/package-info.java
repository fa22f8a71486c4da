/** Two groups of runs compared: what got faster, what got slower, and what remains undecided. */
package org.convmark.analysis.compare;
