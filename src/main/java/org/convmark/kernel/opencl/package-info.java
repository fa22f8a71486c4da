/** Kernels in OpenCL C. Only {@code Cl} and {@code ClDevice} call the API. */
package org.convmark.kernel.opencl;
