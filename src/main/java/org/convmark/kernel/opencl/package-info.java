/** Kernels in OpenCL C. Only {@code Cl} calls the API. */
package org.convmark.kernel.opencl;
