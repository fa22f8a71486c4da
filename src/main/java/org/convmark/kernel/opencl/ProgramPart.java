package org.convmark.kernel.opencl;

/**
 * One layer of a fused kernel on a CPU: the part of its source that makes rows of a window, and what that reads.
 *
 * @param part its file, compiled for this stage
 * @param form numbers, as the file says
 * @param parameters weights and the like, as the file says
 */
record ProgramPart(SourceFile part, int[] form, float[] parameters) {}
