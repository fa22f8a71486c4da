/** One benchmark class per {@link org.convmark.model.Pattern}. */
package org.convmark.bench.pattern;
