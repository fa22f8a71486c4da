/** Kernels in OpenCL C. Only {@code Cl} calls the OpenCL API. */
package org.convmark.kernel.opencl;
