/** @typedef {{ runId: number, seq: number, at: string, kind: string, key: string | null, data: any }} RunEvent */

/** Importance of an event, as a log level. @param {RunEvent} event @returns {"debug" | "info" | "warn" | "error"} */
export function levelOf({ kind, data }) {
  if (kind === "log") return ["debug", "info", "warn", "error"].includes(data.level) ? data.level : "info";
  if (kind === "step_failed" || (kind === "run_finished" && data.status === "failed")) return "error";
  if (/interrupted|retry|skipped|cancel|partitions_failed/.test(kind)) return "warn";
  return kind === "step_progress" ? "debug" : "info";
}

/** A whole number with separators. @param {number} n */
function grouped(n) {
  return Number(n).toLocaleString("en-US");
}

/**
 * @param {number} n
 * @param {string} thing
 */
function counted(n, thing) {
  return `${grouped(n)} ${thing}${n === 1 ? "" : "s"}`;
}

/** An event as a sentence. @param {RunEvent} event @returns {string} */
export function sentenceOf({ kind, data }) {
  switch (kind) {
    case "log":
      return String(data.message ?? "");
    case "run_queued":
      return `Queued: ${counted((data.steps ?? []).length, "step")}.`;
    case "run_started":
      return "The run started.";
    case "run_resumed":
      return "Another process continues the run.";
    case "run_interrupted":
      return "The process of the run has ended; another process continues it.";
    case "run_cancel_requested":
      return "Cancellation was requested.";
    case "run_finished":
      return `The run ${data.status === "cancelled" ? "was cancelled" : data.status ?? "ended"}.`;
    case "step_started":
      return data.attempt > 1 ? `Started, attempt ${data.attempt}.` : "Started.";
    case "step_progress":
      return `${grouped(data.done)} of ${grouped(data.total)}.`;
    case "step_retry":
      return `Retries in ${Math.round((data.delayMs ?? 0) / 1000)} s: ${data.error?.message ?? ""}`;
    case "step_succeeded":
      return `Materialized ${
        (data.outputs ?? []).map((/** @type {any} */ o) =>
          `${o.key}: ${counted(o.rows, "row")}, +${grouped(o.added)} −${grouped(o.removed)}`
        ).join(
          "; ",
        ) ||
        "it"
      }.`;
    case "step_up_to_date":
      return "Nothing to do: it was fresh.";
    case "step_failed":
      return `Failed: ${data.error?.message ?? ""}`;
    case "step_skipped":
      return `Skipped, because ${data.because} failed.`;
    case "step_cancelled":
      return "Cancelled.";
    case "step_interrupted":
      return "Interrupted; it starts again.";
    case "partitions_failed":
      return `Some partitions failed: ${data.error?.message ?? data.message ?? ""}`;
    default:
      return kind.replaceAll("_", " ");
  }
}
