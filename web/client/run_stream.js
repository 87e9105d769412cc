// @ts-check
/// <reference no-default-lib="true" />
/// <reference lib="esnext" />
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />

/**
 * @typedef {object} RunEvent
 * @property {number} runId
 * @property {number} seq
 * @property {string} kind
 * @property {string | null} key
 * @property {Record<string, unknown>} data
 */

/** The kinds under which the server names its events; `message` is what has no name. */
const KINDS = [
  "message",
  "run_queued",
  "run_started",
  "run_resumed",
  "run_interrupted",
  "run_cancel_requested",
  "run_finished",
  "step_started",
  "step_progress",
  "step_retry",
  "step_succeeded",
  "step_up_to_date",
  "step_failed",
  "step_skipped",
  "step_cancelled",
  "step_interrupted",
];

/** More streams than this would use up the connections that a browser opens to one server. */
const maxStreams = 3;

/** Follows runs by their events, each from where it was left when the connection broke. */
export class RunStreams {
  /** @type {Map<number, EventSource>} */
  #open = new Map();
  /** The last event seen of each run. @type {Map<number, number>} */
  #seen = new Map();
  /** @type {Set<number>} */
  #ended = new Set();

  /**
   * @param {(event: RunEvent) => void} heard Called once for each event, in order.
   * @param {() => void} broke Called when a connection breaks.
   */
  constructor(heard, broke) {
    this.heard = heard;
    this.broke = broke;
  }

  /**
   * Whether the end of the run was heard.
   *
   * @param {number} runId
   */
  ended(runId) {
    return this.#ended.has(runId);
  }

  /**
   * Follows a run from its beginning, unless it is followed already or its end was heard.
   *
   * @param {number} runId
   */
  follow(runId) {
    if (this.#open.has(runId) || this.#ended.has(runId) || this.#open.size >= maxStreams) return;
    const source = new EventSource(`/v1/runs/${runId}/events`);
    this.#open.set(runId, source);
    const listener = (/** @type {MessageEvent<string>} */ message) => {
      /** @type {RunEvent} */
      const event = JSON.parse(message.data);
      if (event.seq <= (this.#seen.get(runId) ?? 0)) return;
      this.#seen.set(runId, event.seq);
      // The stream ends with its run; left open, the browser would ask for it for ever.
      if (event.kind === "run_finished") {
        this.#ended.add(runId);
        this.#close(runId);
      }
      this.heard(event);
    };
    for (const kind of KINDS) source.addEventListener(kind, listener);
    source.addEventListener("error", () => {
      // The browser connects again by itself unless the server refused; then whoever follows open runs asks anew.
      if (source.readyState === EventSource.CLOSED) this.#close(runId);
      this.broke();
    });
  }

  /** @param {number} runId */
  #close(runId) {
    this.#open.get(runId)?.close();
    this.#open.delete(runId);
  }
}
