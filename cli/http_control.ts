import {
  type CheckRun,
  isFinished,
  namesText,
  type Plan,
  type PrunedHistory,
  Replay,
  type Run,
  type RunEvent,
} from "../engine/mod.ts";
import { httpBackfills } from "./backfill_control.ts";
import { type Control, type ListedAsset, RefusedError, UnreachableError } from "./control.ts";
import { httpAsk, type HttpAskOptions } from "./http_ask.ts";
import { serverSentEvents } from "../client/server_sent_events.ts";

export interface HttpControlOptions extends HttpAskOptions {
  /** How long following a run waits for an unreachable server before it fails. */
  patienceMs?: number;
  /** Pause before a broken stream is reopened. */
  retryMs?: number;
}

/**
 * Control over a running server.
 *
 * @param url Its address, e.g. `http://127.0.0.1:8000`.
 */
export function httpControl(url: string, options: HttpControlOptions = {}): Control {
  const { patienceMs = 30_000, retryMs = 500 } = options;
  const ask = httpAsk(url, options);

  async function post<T>(path: string, body: unknown): Promise<T> {
    const response = await ask(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return await response.json();
  }

  async function run(runId: number): Promise<Run> {
    return await (await ask(`/v1/runs/${runId}`)).json();
  }

  return {
    place: `the server at ${url}`,
    async assets() {
      const { assets }: { assets: ListedAsset[] } = await (await ask("/v1/assets")).json();
      return assets;
    },
    why: async (key, of) => await (await ask(pathOf(key, "why", { ...of }))).json(),
    impact: async (key, range) => {
      const { from, to, names } = range ?? {};
      const asked = { ...(from && { from }), ...(to && { to }), ...(names && { names: namesText(names) }) };
      return await (await ask(pathOf(key, "impact", asked))).json();
    },
    check: async (selection, names) =>
      (await post<{ assets: CheckRun[] }>("/v1/checks/run", { selection, names })).assets,
    prune: async (options) => (await post<{ assets: PrunedHistory[] }>("/v1/storage/prune", options)).assets,
    replay: async (key, query) => (await post<{ replays: Replay[] }>(pathOf(key, "replay", {}), query)).replays,
    plan: (request) => post<Plan>("/v1/materialize", { ...request, dryRun: true }),
    submit: (request) => post<Run>("/v1/materialize", request),
    retry: (runId) => post<Run>(`/v1/runs/${runId}/retry`, {}),
    run,
    async *events(runId, { after = 0, signal } = {}) {
      let seen = after;
      let silentSince: number | undefined;
      while (!signal?.aborted) {
        try {
          const { body } = await ask(`/v1/runs/${runId}/events`, {
            headers: { accept: "text/event-stream", "last-event-id": String(seen) },
            signal,
          });
          for await (const { data } of body ? serverSentEvents(body) : []) {
            silentSince = undefined;
            const event: RunEvent = JSON.parse(data);
            if (event.seq <= seen) continue;
            seen = event.seq;
            yield event;
            if (event.kind === "run_finished") return;
          }
          // The stream ended regularly: the run has ended, or the server is stopping.
          if (isFinished((await run(runId)).status)) return;
        } catch (error) {
          if (signal?.aborted) return;
          if (error instanceof RefusedError) throw error;
          silentSince ??= Date.now();
          if (Date.now() - silentSince > patienceMs) {
            throw error instanceof UnreachableError
              ? error
              : new UnreachableError(`The connection to the server at ${url} broke while following run ${runId}.`, {
                cause: error,
              });
          }
        }
        await new Promise((resolve) => setTimeout(resolve, retryMs));
      }
    },
    cancel: (runId) => post<Run>(`/v1/runs/${runId}/cancel`, {}),
    backfills: httpBackfills({ get: async (path) => await (await ask(path)).json(), post }),
  };
}

function pathOf(key: string, what: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams(parameters).toString();
  return `/v1/assets/${encodeURIComponent(key)}/${what}${query && `?${query}`}`;
}
