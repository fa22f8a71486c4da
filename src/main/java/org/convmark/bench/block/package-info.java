/** One benchmark class per {@link org.convmark.model.Block}. */
package org.convmark.bench.block;
