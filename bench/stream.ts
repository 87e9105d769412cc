/**
 * Streams half a million rows from a server as CSV and NDJSON, to a client that reads at full speed and to one that reads 2 MB
 * per second: rows per second, and growth of the server's memory. On both databases. `deno task bench:stream`.
 */
import { startServerProcess } from "./load/process.ts";
import { pause } from "./measured.ts";
import { onEachDatabase } from "./places.ts";

const rows = 500_000;
const serveScript = new URL("./load/wide_table.ts", import.meta.url).pathname;

async function measure(name: string, env: Record<string, string>): Promise<void> {
  await using server = await startServerProcess([serveScript], { ...env, ROWS: String(rows) });
  const path = `${server.url}/v1/assets/wide/rows`;
  const megabytes = () => server.residentBytes() / 1024 / 1024;
  console.log(`\n${name}, ${rows.toLocaleString("en")} rows of 8 columns`);
  console.log(
    "| what                         | first byte, ms |      s |  rows/s | MB sent | MB before | MB at most |",
  );
  // The first run warms up compilation and allocations.
  for (const [what, query, bytesPerSecond] of readers) {
    const before = megabytes();
    const began = performance.now();
    server.sample();
    const response = await fetch(`${path}?${query}`);
    if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`);
    const expected = Number(response.headers.get("Tandem-Row-Count") ?? rows);
    let [firstMs, bytes, lines] = [NaN, 0, 0];
    for await (const chunk of response.body!) {
      if (bytes === 0) firstMs = performance.now() - began;
      bytes += chunk.length;
      for (let i = 0; i < chunk.length; i++) if (chunk[i] === 10) lines++;
      const dueMs = bytes / bytesPerSecond * 1000 - (performance.now() - began);
      if (dueMs > 0) await pause(dueMs);
    }
    const seconds = (performance.now() - began) / 1000;
    const header = query.includes("csv") ? 1 : 0;
    if (query.includes("parquet")) lines = expected;
    else if (lines - header !== expected) throw new Error(`${what}: ${lines - header} of ${expected} rows came.`);
    const most = Math.max(...server.stopSampling().map((sample) => sample / 1024 / 1024), megabytes());
    const partitions = [firstMs, seconds, expected / seconds, bytes / 1e6, before, most]
      .map((value, i) => value.toLocaleString("en", { maximumFractionDigits: i === 1 ? 1 : 0 }));
    const widths = [14, 6, 7, 7, 9, 10];
    console.log(
      `| ${what.padEnd(28)} | ${partitions.map((partition, i) => partition.padStart(widths[i]!)).join(" | ")} |`,
    );
  }
}

/** Reads, each with a maximum rate in bytes per second. */
const readers: [what: string, query: string, bytesPerSecond: number][] = [
  ["CSV, the first time", "format=csv", Infinity],
  ["CSV", "format=csv", Infinity],
  ["NDJSON", "format=ndjson", Infinity],
  ["NDJSON, by another column", "format=ndjson&order=-close", Infinity],
  ["CSV at 2 MB a second", "format=csv", 2e6],
  ["Parquet, as a whole", "format=parquet", Infinity],
];

await onEachDatabase(undefined, measure);
Deno.exit();
