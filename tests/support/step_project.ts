import assert from "node:assert/strict";
import { eventually } from "./service_process.ts";

/** Folder of a project whose functions compute, fail and say where they run. */
export const stepProject = new URL("./step_project/", import.meta.url);

export interface RunAnswer {
  id: number;
  status: string;
  steps: {
    key: string;
    status: string;
    attempt: number;
    error: { name: string; message: string } | null;
    failed: { partitions: { names: string[] }[] } | null;
  }[];
}

export interface Rows {
  materialization: number;
  rows: { name: string; value: number }[];
}

export async function json<T>(url: string, init?: RequestInit): Promise<T> {
  const response = await fetch(url, init);
  assert.ok(response.ok, `${url}: ${response.status}`);
  return await response.json();
}

export const runOf = (url: string, id: number) => json<RunAnswer>(`${url}/v1/runs/${id}`);
export const stepRuns = ({ steps }: RunAnswer) => steps.some(({ status }) => status === "running");

export function materialize(url: string, key: string, config: unknown, { wait = true } = {}): Promise<RunAnswer> {
  return materializeTogether(url, { [key]: config }, { wait });
}

/** Materializes the assets with these settings in one run. */
export function materializeTogether(
  url: string,
  config: Readonly<Record<string, unknown>>,
  { wait = true } = {},
): Promise<RunAnswer> {
  return json(`${url}/v1/materialize`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ selection: Object.keys(config).join(" "), force: true, config, wait }),
  });
}

/** Waits until a service has made everything for the first time. */
export async function firstFill(url: string): Promise<void> {
  const runs = () => json<{ runs: { status: string }[] }>(`${url}/v1/runs`);
  await eventually(runs, ({ runs: [first] }) => first !== undefined && ["succeeded", "failed"].includes(first.status));
  assert.equal((await runs()).runs[0]!.status, "succeeded");
}

/** Requires that steps which compute without a pause end with a cancellation and at their time limit. */
export async function requireAborts(url: string): Promise<void> {
  const { id } = await materialize(url, "computed", { seconds: 600 }, { wait: false });
  await eventually(() => runOf(url, id), stepRuns);
  await json(`${url}/v1/runs/${id}/cancel`, { method: "POST" });
  const cancelled = await eventually(() => runOf(url, id), ({ status }) => status === "cancelled");
  assert.deepEqual(cancelled.steps.map(({ status }) => status), ["cancelled"]);
  const late = await materialize(url, "limited", { seconds: 600 });
  assert.deepEqual([late.status, late.steps[0]!.error?.name], ["failed", "StepTimeoutError"]);
}
