/** Runs and workloads in the formats of other tools: series of times for trackers of regressions, models in ONNX. */
package org.convmark.export;
