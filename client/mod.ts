/**
 * A client of the service, typed by its routes.
 *
 * ```ts ignore
 * import { tandem } from "./client/mod.ts";
 *
 * const service = tandem({ url: "http://127.0.0.1:8000", token: Deno.env.get("TANDEM_TOKEN") });
 * const { assets } = await service.good(service.v1.assets.$get());
 * for await (const row of service.rows("chosen_pairs", { order: "rank" })) console.log(row.ticker_1, row.ticker_2);
 * ```
 *
 * @module
 */
import { hc, type InferResponseType } from "hono/client";
import type { RunEvent } from "../engine/mod.ts";
import { serverSentEvents } from "./server_sent_events.ts";
import type { Api } from "../routes/mod.ts";
import { requireGood } from "./problem.ts";

export interface ClientOptions {
  /** Address of the service, such as `http://127.0.0.1:8000`. */
  url: string;
  /** An access token, if the service requires one. */
  token?: string;
  fetch?: typeof fetch;
}

/** A response with JSON of a known type. */
interface Answer extends Pick<Response, "ok" | "status" | "headers" | "text"> {
  json(): Promise<unknown>;
}

/** The possible bodies of a response, by status. */
type Said<A extends Answer> = A extends { json(): Promise<infer T> } ? T : never;

/** Parameters of rows: filters by column, `order`, `fields`, `as_of`. */
export type RowQuery = Readonly<Record<string, string>>;

/**
 * A client of the service at `url`. Routes are its properties, as in `hono/client`: `service.v1.runs[":id"].$get({ param })`.
 * Nothing is retried automatically: only the caller knows whether that is safe.
 */
export function tandem({ url, token, fetch: fetcher = fetch }: ClientOptions) {
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const routes = hc<Api>(url, { headers, fetch: fetcher });

  return {
    /** Routes of the service. */
    v1: routes.v1,
    /** Routes of the original services. */
    api: routes.api,

    /** The body of a response. @throws {ProblemError} If the status is not 2xx. */
    async good<A extends Answer>(answer: Promise<A>): Promise<Said<A>> {
      return await (await requireGood(await answer)).json() as Said<A>;
    },

    /**
     * Rows of one version of an asset, page by page, also during publications.
     *
     * @throws {ProblemError} If the asset or a column is unknown.
     */
    async *rows(asset: string, query: RowQuery = {}): AsyncGenerator<Record<string, unknown>> {
      let cursor: string | null = null;
      do {
        const search: URLSearchParams = new URLSearchParams({ ...query, ...(cursor !== null && { cursor }) });
        const address = new URL(`/v1/assets/${encodeURIComponent(asset)}/rows?${search}`, url);
        const response = await requireGood(
          await fetcher(address, { headers: { ...headers, Accept: "application/json" } }),
        );
        const page: { rows: Record<string, unknown>[]; nextCursor: string | null } = await response.json();
        yield* page.rows;
        cursor = page.nextCursor;
      } while (cursor !== null);
    },

    /** Events of a run as they occur, to its end. @throws {ProblemError} If there is no such run. */
    async *events(runId: number, { after = 0, signal }: { after?: number; signal?: AbortSignal } = {}): AsyncGenerator<
      RunEvent
    > {
      const response = await requireGood(
        await fetcher(new URL(`/v1/runs/${runId}/events?after=${after}`, url), {
          headers: { ...headers, Accept: "text/event-stream" },
          signal,
        }),
      );
      for await (const { data } of response.body ? serverSentEvents(response.body) : []) yield JSON.parse(data);
    },
  };
}

/** Type of the client of {@link tandem}. */
export type TandemClient = ReturnType<typeof tandem>;
/** Body of `GET /v1/assets`. */
export type AssetsAnswer = InferResponseType<TandemClient["v1"]["assets"]["$get"]>;

export { ProblemError } from "./problem.ts";
