import type { RunDisplay } from "./run_display.ts";
import { fractionOf, type RunProgress, tookMs } from "./run_progress.ts";
import { publishedText } from "./run_words.ts";
import type { Stream } from "./terminal.ts";
import { duration } from "./text.ts";

/** Minimum time between lines about a step's progress. */
const progressEveryMs = 5_000;

/** One line per relevant event, with the time since the start of the run: for logs and pipes. */
export function plainDisplay(stream: Stream, progress: RunProgress): RunDisplay {
  let began: number | undefined;
  const lastLineAt = new Map<string, number>();

  return {
    show(event, step) {
      const time = Date.parse(event.at);
      began ??= time;
      const say = (text: string) => {
        stream.write(`[${duration(time - began!).padStart(7)}] ${step ? `${step.key}: ` : ""}${text}\n`);
        if (step) lastLineAt.set(step.key, time);
      };
      switch (event.kind) {
        case "run_queued":
          return say(`run ${progress.runId} queued, steps: ${progress.steps.size}`);
        case "run_resumed":
          return say(`run ${progress.runId} continues`);
        case "run_interrupted":
          return say(`run ${progress.runId} was interrupted`);
        case "run_cancel_requested":
          return say(`run ${progress.runId} is being cancelled`);
        case "run_finished":
          return say(`run ${progress.runId} ${progress.status}`);
        case "step_started":
          return say(step!.attempt > 1 ? `started, attempt ${step!.attempt}` : "started");
        case "step_progress":
          if (time - (lastLineAt.get(step!.key) ?? -Infinity) < progressEveryMs) return;
          return say(`${Math.floor(100 * fractionOf(step!))} %`);
        case "step_retry":
          return say(`failed, next attempt in ${duration(Number(event.data.delayMs))}: ${step!.error}`);
        case "step_succeeded":
          return say(`made ${publishedText(step!)} in ${duration(tookMs(step!, time) ?? 0)}`);
        case "step_up_to_date":
          return say("up to date, nothing to do");
        case "step_failed":
          return say(`failed: ${step!.error}`);
        case "step_skipped":
          return say(`skipped because ${step!.skippedBecause} failed`);
        case "step_cancelled":
          return say("cancelled");
        case "step_interrupted":
          return say("interrupted");
        case "log":
          if (event.data.level !== "warn" && event.data.level !== "error") return;
          return say(`${event.data.level}: ${event.data.message}`);
      }
    },
    note(text) {
      stream.write(`${text}\n`);
    },
    waits(text) {
      if (text !== null) stream.write(`run ${progress.runId} waits for ${text}\n`);
    },
    end() {},
  };
}
