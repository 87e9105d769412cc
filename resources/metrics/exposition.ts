import type { Distribution, Labels, MetricFamily } from "./metric_family.ts";

/** Text formats for metrics, by media type. */
export const metricFormats = {
  prometheus: "text/plain; version=0.0.4; charset=utf-8",
  openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
} as const;
export type MetricFormat = keyof typeof metricFormats;

/**
 * The families as text, without those that have no sample.
 *
 * Source: Prometheus text exposition format 0.0.4; OpenMetrics 1.0. Verified: tests/resources/metrics/exposition_test.ts.
 */
export function writeMetrics(families: readonly MetricFamily[], format: MetricFormat): string {
  const open = format === "openMetrics";
  const lines: string[] = [];
  for (const family of families) {
    const samples = samplesOf(family, open);
    if (samples.length === 0) continue;
    const { name, type } = headOf(family, open);
    lines.push(`# HELP ${name} ${escapedHelp(family.help, open)}`, `# TYPE ${name} ${type}`, ...samples);
  }
  if (open) lines.push("# EOF");
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** In OpenMetrics a family's name lacks the suffix of its samples; in the older format every sample is its own family. */
function headOf({ name, type }: MetricFamily, open: boolean): { name: string; type: string } {
  if (open) return { name, type };
  if (type === "counter") return { name: `${name}_total`, type };
  return type === "info" ? { name: `${name}_info`, type: "gauge" } : { name, type };
}

function samplesOf(family: MetricFamily, open: boolean): string[] {
  if (family.type === "histogram") {
    return family.distributions.flatMap((each) => linesOfDistribution(family.name, family.bounds, each, open));
  }
  const suffix = family.type === "counter" ? "_total" : family.type === "info" ? "_info" : "";
  return family.samples.map(({ labels, value }) => `${family.name}${suffix}${labelText(labels)} ${numberText(value)}`);
}

function linesOfDistribution(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum }: Distribution,
  open: boolean,
): string[] {
  let cumulative = 0;
  const lines = [...bounds, Infinity].map((bound, i) => {
    cumulative += counts[i]!;
    // OpenMetrics writes bounds as floating-point numbers, whole or not.
    const le = open && Number.isInteger(bound) ? bound.toFixed(1) : numberText(bound);
    return `${name}_bucket${labelText({ ...labels, le })} ${cumulative}`;
  });
  return [
    ...lines,
    `${name}_sum${labelText(labels)} ${numberText(sum)}`,
    `${name}_count${labelText(labels)} ${cumulative}`,
  ];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function escapedHelp(text: string, open: boolean): string {
  return open ? escaped(text) : text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
