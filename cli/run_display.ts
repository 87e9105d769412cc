import type { RunEvent } from "../engine/mod.ts";
import type { StepProgress } from "./run_progress.ts";

/** Shows the progress of a run. */
export interface RunDisplay {
  /** Shows an event, with its step after the event. */
  show(event: RunEvent, step: StepProgress | undefined): void;
  /** Adds a line beside the progress. */
  note(text: string): void;
  /** Why the run waits, or `null` when it continues. */
  waits(text: string | null): void;
  /** Leaves the stream as a following command expects it. */
  end(): void;
}
