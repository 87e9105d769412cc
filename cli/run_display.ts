import type { RunEvent } from "../engine/mod.ts";
import type { StepProgress } from "./run_progress.ts";

/** Shows a running run. */
export interface RunDisplay {
  /** An event, with the step it is about as it is after it. */
  show(event: RunEvent, step: StepProgress | undefined): void;
  /** A line of its own beside the progress that is shown. */
  note(text: string): void;
  /** Why the run waits, or `null` when it continues. */
  waits(text: string | null): void;
  /** Leaves the stream as a following command expects it. */
  end(): void;
}
