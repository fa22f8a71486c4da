/** Runs and workloads in the formats of other tools: time series for regression trackers, models in ONNX. */
package org.convmark.export;
