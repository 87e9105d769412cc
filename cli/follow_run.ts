import type { Run } from "../engine/mod.ts";
import type { Control } from "./control.ts";
import { liveDisplay } from "./live_display.ts";
import { plainDisplay } from "./plain_display.ts";
import type { RunDisplay } from "./run_display.ts";
import { RunProgress } from "./run_progress.ts";
import type { Stream, Terminal } from "./terminal.ts";

export interface FollowOptions {
  /** Stream for the progress; standard output by default. */
  stream?: Stream;
  /** Whether Ctrl-C cancels the run and waits for its end. A second Ctrl-C stops waiting. */
  cancelOnInterrupt?: boolean;
  /** Stops following; the run continues. */
  signal?: AbortSignal;
}

/** A run that has ended or is no longer followed, with its progress. */
export interface Followed {
  run: Run;
  progress: RunProgress;
}

/**
 * Shows a run from start to end: moving bars on a terminal, plain lines elsewhere.
 *
 * @throws {RefusedError | UnreachableError}
 */
export async function followRun(
  control: Control,
  runId: number,
  terminal: Terminal,
  { stream = terminal.stdout, cancelOnInterrupt = false, signal }: FollowOptions = {},
): Promise<Followed> {
  const leaving = new AbortController();
  const stop = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal;
  let note: (text: string) => void = () => {};
  let cancelling: Promise<unknown> | undefined;
  // Before the first wait, so that no Ctrl-C of a started run goes unheard.
  const restore = cancelOnInterrupt
    ? terminal.onInterrupt(() => {
      if (cancelling) return leaving.abort();
      note(`Cancelling run ${runId} … (Ctrl-C again to quit)`);
      cancelling = control.cancel(runId).catch((error) => note(`The run could not be cancelled: ${error.message}`));
    })
    : () => {};
  try {
    const before = await control.run(runId);
    const progress = new RunProgress(runId, before.steps.map((step) => step.key));
    const display = stream.isTerminal ? liveDisplay(stream, terminal, progress) : plainDisplay(stream, progress);
    note = (text) => display.note(text);
    const watching = watchWaiting(control, progress, display, terminal);
    try {
      for await (const event of control.events(runId, { signal: stop })) {
        const step = progress.apply(event);
        watching.moved();
        display.show(event, step);
      }
      if (!stop.aborted) await cancelling;
    } finally {
      watching.stop();
      display.end();
    }
    return { run: await control.run(runId), progress };
  } finally {
    restore();
  }
}

/** Interval for asking a run without running steps what it waits for. */
const askEveryMs = 1_000;

/** Polls what the run waits for while none of its steps runs, and shows changes. */
function watchWaiting(
  control: Control,
  progress: RunProgress,
  display: RunDisplay,
  terminal: Terminal,
): { moved(): void; stop(): void } {
  let shown: string | null = null;
  let asking = false;
  let stopped = false;
  const standsStill = () => !stopped && progress.finishedAt === null && progress.running.length === 0;
  const show = (text: string | null) => {
    if (text === shown) return;
    shown = text;
    display.waits(text);
  };
  const ask = async () => {
    if (asking || !standsStill()) return;
    asking = true;
    try {
      const { waitingFor } = await control.run(progress.runId);
      // A step may have started before the response arrived.
      if (standsStill()) show(waitingFor);
    } catch {
      // Ignored: following the events reports it.
    } finally {
      asking = false;
    }
  };
  const cease = terminal.every(askEveryMs, () => void ask());
  return {
    moved: () => standsStill() ? undefined : show(null),
    stop() {
      stopped = true;
      cease();
    },
  };
}
