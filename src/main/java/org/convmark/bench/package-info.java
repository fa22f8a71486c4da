/** JMH classes: one per pattern, block, operator and roof; what they share lies here. Imports the model and the kernels. */
package org.convmark.bench;
