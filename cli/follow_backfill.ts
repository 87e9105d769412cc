import type { Backfill } from "../engine/mod.ts";
import type { BackfillControl } from "./backfill_control.ts";
import { progressLine } from "./backfill_text.ts";
import { paintFor } from "./paint.ts";
import type { Stream, Terminal } from "./terminal.ts";

/** Polling interval. */
const lookMs = 500;

/**
 * Shows a backfill until it has ended or is paused: a moving bar on a terminal, elsewhere a line for each finished asset. Ctrl-C
 * stops following; the backfill continues.
 *
 * @returns Its last state, and whether following stopped before it ended.
 * @throws {RefusedError | UnreachableError}
 */
export async function followBackfill(
  control: BackfillControl,
  begun: Backfill,
  terminal: Terminal,
  { stream = terminal.stdout, pollMs = lookMs }: { stream?: Stream; pollMs?: number } = {},
): Promise<{ backfill: Backfill; left: boolean }> {
  const paint = paintFor(terminal, stream);
  const leaving = new AbortController();
  const restore = terminal.onInterrupt(() => leaving.abort());
  const announced = new Set(begun.assets.filter(({ state }) => state === "done").map(({ key }) => key));
  let backfill = begun;
  try {
    for (;;) {
      if (stream.isTerminal) stream.write(`\r\x1b[2K${progressLine(backfill, { width: stream.columns() - 1, paint })}`);
      else tellDone(backfill, announced, stream);
      if (backfill.status !== "running" || leaving.signal.aborted) break;
      await Promise.race([
        new Promise((resolve) => setTimeout(resolve, pollMs)),
        new Promise((resolve) => leaving.signal.addEventListener("abort", resolve, { once: true })),
      ]);
      backfill = await control.get(backfill.id);
    }
  } finally {
    restore();
    if (stream.isTerminal) stream.write("\r\x1b[2K");
  }
  return { backfill, left: backfill.status === "running" };
}

function tellDone(backfill: Backfill, announced: Set<string>, stream: Stream): void {
  for (const { key, state, partitions } of backfill.assets) {
    if (state !== "done" || announced.has(key)) continue;
    announced.add(key);
    stream.write(`${key} done${partitions ? `: ${partitions.done.count} partitions` : ""}\n`);
  }
}
