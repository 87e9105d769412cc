// @ts-check

/** @typedef {{ runId: number, seq: number, at: string, kind: string, key: string | null, data: any }} RunEvent */

/** How much an event matters: as the levels of the log. @param {RunEvent} event @returns {"debug" | "info" | "warn" | "error"} */
export function levelOf({ kind, data }) {
  if (kind === "log") return ["debug", "info", "warn", "error"].includes(data.level) ? data.level : "info";
  if (kind === "step_failed" || (kind === "run_finished" && data.status === "failed")) return "error";
  if (/interrupted|retry|skipped|cancel|partitions_failed/.test(kind)) return "warn";
  return kind === "step_progress" ? "debug" : "info";
}

/** What an event says, in a sentence. @param {RunEvent} event @returns {string} */
export function sentenceOf({ kind, data }) {
  switch (kind) {
    case "log":
      return String(data.message ?? "");
    case "run_queued":
      return `Queued: ${(data.steps ?? []).length} steps.`;
    case "run_started":
      return "The run began.";
    case "run_resumed":
      return "The run goes on in another process.";
    case "run_interrupted":
      return "The process that drove the run has ended; another one goes on with it.";
    case "run_cancel_requested":
      return "Its cancellation was requested.";
    case "run_finished":
      return `The run ${data.status === "cancelled" ? "was cancelled" : data.status ?? "ended"}.`;
    case "step_started":
      return data.attempt > 1 ? `Began, attempt ${data.attempt}.` : "Began.";
    case "step_progress":
      return `${data.done} of ${data.total}.`;
    case "step_retry":
      return `Tries again in ${Math.round((data.delayMs ?? 0) / 1000)} s: ${data.error?.message ?? ""}`;
    case "step_succeeded":
      return `Made ${
        (data.outputs ?? []).map((/** @type {any} */ o) => `${o.key}: ${o.rows} rows, +${o.added} −${o.removed}`).join(
          "; ",
        ) ||
        "it"
      }.`;
    case "step_up_to_date":
      return "Nothing had to be made.";
    case "step_failed":
      return `Failed: ${data.error?.message ?? ""}`;
    case "step_skipped":
      return `Skipped, because ${data.because} failed.`;
    case "step_cancelled":
      return "Was cancelled.";
    case "step_interrupted":
      return "Was interrupted; it begins again.";
    case "partitions_failed":
      return `Some partitions could not be made: ${data.error?.message ?? data.message ?? ""}`;
    default:
      return kind.replaceAll("_", " ");
  }
}
