package org.convmark.kernel.opencl;

/**
 * One layer of a fused kernel on a CPU: source code that computes rows of a window, with its arguments.
 *
 * @param part its source file, compiled for this stage
 * @param constants integers, as the file defines
 * @param parameters weights and other floats, as the file defines
 */
record ProgramPart(SourceFile part, int[] constants, float[] parameters) {}
