import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { describeRoute } from "./openapi/describe_route.ts";
import { type MetricFamily, type MetricFormat, metricFormats, writeMetrics } from "../resources/metrics/mod.ts";

/** A source of metrics. It must not reject. */
export type MetricSource = () => readonly MetricFamily[] | Promise<readonly MetricFamily[]>;

const describeMetrics = describeRoute({
  tag: "Health",
  summary: "Metrics of this process and of the installation, for Prometheus",
  answers: {
    200: {
      description: "In the text format of Prometheus, or as OpenMetrics if accepted",
      mediaTypes: ["text/plain", "application/openmetrics-text"],
    },
  },
});

/** `GET /metrics`. */
export function metricsRoutes(sources: readonly MetricSource[]) {
  return new Hono()
    .get("/metrics", describeMetrics, async (c) => {
      const families = (await Promise.all(sources.map((source) => source()))).flat();
      const format = formatFor(c);
      return c.body(writeMetrics(families, format), 200, {
        "Content-Type": metricFormats[format],
        "Cache-Control": "no-store",
        Vary: "Accept",
      });
    });
}

function formatFor(c: Context): MetricFormat {
  const open = "application/openmetrics-text";
  return accepts(c, { header: "Accept", supports: ["text/plain", open], default: "text/plain" }) === open
    ? "openMetrics"
    : "prometheus";
}
