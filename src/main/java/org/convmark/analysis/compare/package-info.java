/** Two groups of runs against each other: what became faster, what became slower, and what cannot be told. */
package org.convmark.analysis.compare;
