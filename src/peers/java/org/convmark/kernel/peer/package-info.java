/** Engines from outside this project, on the same graphs and weights. Only in builds with the Maven profile {@code peers}. */
package org.convmark.kernel.peer;
