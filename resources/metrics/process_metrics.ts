import process from "node:process";
import type { MetricFamily } from "./metric_family.ts";

/** Metrics common to all programs, under their usual names. */
export function processMetrics(
  { version, startedAt }: { version: string; startedAt: Temporal.Instant },
): MetricFamily[] {
  const { rss, heapUsed } = Deno.memoryUsage();
  const { user, system } = process.cpuUsage();
  const one = (value: number) => [{ labels: {}, value }];
  return [
    {
      type: "info",
      name: "tandem_build",
      help: "Versions of Tandem and its runtime in this process.",
      samples: [{ labels: { version, deno: Deno.version.deno, v8: Deno.version.v8 }, value: 1 }],
    },
    {
      type: "gauge",
      name: "process_resident_memory_bytes",
      help: "Resident memory of this process in bytes.",
      samples: one(rss),
    },
    {
      type: "gauge",
      name: "tandem_heap_used_bytes",
      help: "JavaScript heap in use of this process in bytes.",
      samples: one(heapUsed),
    },
    {
      type: "counter",
      name: "process_cpu_seconds",
      help: "User and system CPU time of this process in seconds.",
      samples: one((user + system) / 1e6),
    },
    {
      type: "gauge",
      name: "process_start_time_seconds",
      help: "When this process started, in seconds since 1970.",
      samples: one(startedAt.epochMilliseconds / 1_000),
    },
  ];
}
