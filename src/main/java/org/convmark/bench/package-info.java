/**
 * JMH classes, one per pattern, block, operator and roof; their shared code is in this package itself. Imports the model and the
 * kernels.
 */
package org.convmark.bench;
