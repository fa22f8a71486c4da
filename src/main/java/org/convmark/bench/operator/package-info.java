/** One benchmark class per {@link org.convmark.model.Operator}. */
package org.convmark.bench.operator;
