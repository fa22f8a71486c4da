/** One benchmark class per {@link org.convmark.model.ActivationChain}. */
package org.convmark.bench.activation;
