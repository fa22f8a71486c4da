/** Graphs in the exchange format of neural networks, written byte by byte: https://onnx.ai/onnx/repo-docs/IR.html. */
package org.convmark.kernel.onnx;
