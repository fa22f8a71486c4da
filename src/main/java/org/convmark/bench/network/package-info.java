/** Whole networks: one class per constant of {@link org.convmark.model.Network}. */
package org.convmark.bench.network;
