/** What runs a graph: engines, backends, programs, weights and the right answer. A backend has a package below this one and knows no other; kernels never see JMH. */
package org.convmark.kernel;
