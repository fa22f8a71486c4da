/** Two sides of runs against each other: what became faster, what slower, what cannot be told. */
package org.convmark.analysis.compare;
