/** Graphs as ONNX models, written byte by byte: https://onnx.ai/onnx/repo-docs/IR.html. */
package org.convmark.kernel.onnx;
