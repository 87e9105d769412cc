/** Metrics: instruments that count in this process, and the exposition formats. */
export { type MetricFormat, metricFormats, writeMetrics } from "./exposition.ts";
export { Counter, Histogram, UpDown } from "./instruments.ts";
export * from "./metric_family.ts";
export { processMetrics } from "./process_metrics.ts";
export { type Observation, ServiceInstruments } from "./service_instruments.ts";
