/**
 * What runs a graph: engines, backends, programs, weights and the reference result. Each backend has a package below this one and
 * knows no other backend; kernels know nothing of JMH.
 */
package org.convmark.kernel;
