import type { DatabaseErrorText } from "../../resources/database/mod.ts";
import { StepTimeoutError } from "../errors.ts";
import type { Reading, StepOutcome } from "../store/records.ts";
import { Cancelled, ShuttingDown } from "./executor.ts";
import type { ClaimedStep } from "./step_place.ts";

/** Why a step is aborted. */
export type AbortText = { kind: "cancelled" | "shutting_down" } | { kind: "late"; key: string; timeoutMs: number };

/** Messages to the thread that runs steps. */
export type StepRequest =
  | { type: "run"; id: number; step: ClaimedStep }
  | { type: "abort"; id: number; reason: AbortText }
  /** Readers in this process have been informed of the publication. */
  | { type: "publish"; id: number }
  /** No further steps follow. */
  | { type: "leave" };

/** Messages from the thread that runs steps. */
export type StepReply =
  | { type: "reading"; id: number; reading: Reading }
  | { type: "publishing"; id: number; keys: readonly string[] }
  | { type: "published"; id: number }
  | { type: "ended"; id: number; outcome: StepOutcome }
  /** No step runs, and the connections are closed. */
  | { type: "left" }
  /** The outcome of the step could not be recorded. */
  | { type: "threw"; id: number; error: DatabaseErrorText };

export function abortText(reason: unknown): AbortText {
  if (reason instanceof StepTimeoutError) return { kind: "late", key: reason.key, timeoutMs: reason.timeoutMs };
  return { kind: reason instanceof Cancelled ? "cancelled" : "shutting_down" };
}

export function abortReason(text: AbortText): Error {
  if (text.kind === "late") return new StepTimeoutError(text.key, text.timeoutMs);
  return text.kind === "cancelled" ? new Cancelled() : new ShuttingDown();
}
