/**
 * What benches measure of their own process and of its machine.
 *
 * @module
 */
import { availableParallelism, loadavg } from "node:os";
import process from "node:process";

/** CPU seconds of this process so far, of all its threads. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** The most megabytes (2²⁰ bytes) that were resident in this process; NaN if the system does not report it. */
export async function peakMb(): Promise<number> {
  const status = await Deno.readTextFile("/proc/self/status").catch(() => "");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Makes {@link peakMb} start anew from what is resident now, where the system can (Linux). */
export async function forgetPeak(): Promise<void> {
  await Deno.writeTextFile("/proc/self/clear_refs", "5").catch(() => {});
}

/** The three load averages of the machine. */
export const load = () => loadavg().map((load) => load.toFixed(1)).join(" ");

/** Number of cores and load of the machine. */
export const machine = () => `${availableParallelism()} cores, load ${load()}`;

/** The upper one of two middle values; NaN of nothing. */
export function median(values: Iterable<number>): number {
  return quantile(values, 0.5);
}

/** The smallest value that more than a share of the values do not exceed, the largest for a share of 1; NaN of nothing. */
export function quantile(values: Iterable<number>, share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Milliseconds that some work takes. */
export async function msOf(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** Milliseconds of each of several repetitions of some work. */
export async function msOfEach(times: number, work: () => unknown): Promise<number[]> {
  const measured: number[] = [];
  for (let i = 0; i < times; i++) measured.push(await msOf(work));
  return measured;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A table in Markdown, its numbers to the right. */
export function printTable(head: readonly unknown[], rows: Iterable<readonly unknown[]>): void {
  console.log(`| ${head.join(" | ")} |\n|---|${"--:|".repeat(head.length - 1)}`);
  for (const row of rows) console.log(`| ${row.join(" | ")} |`);
}

/** Runs a script in a process of its own, with `args` of `deno run`, and returns the JSON that it prints. */
export async function jsonOfProcess<T>(...args: string[]): Promise<T> {
  const { code, success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", ...args],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${args.join(" ")} ended with code ${code}.`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
