import { insteadOfAnswer, json, sent, spoilt, TOO_MANY } from "./answers.ts";
import { type Elsewhere, startElsewhere } from "./elsewhere.ts";
import { type FaultName, Faults } from "./faults.ts";
import { TIMEFRAME } from "./endpoints/bars.ts";
import { VendorMarket, type VendorMarketOptions } from "./market.ts";
import { type EndpointAnswer, readCursor, Refusal } from "./query.ts";
import { type EndpointName, routes } from "./routes.ts";

export interface VendorOptions extends VendorMarketOptions {
  /** 0, the default, is any free port. */
  port?: number;
  apiKey?: string;
  /** Calls allowed per minute; more get 429. Unlimited by default. */
  callsPerMinute?: number;
  /** Maximum number of rows of a page, for any limit; a small market then has many pages. */
  rowsPerPage?: number;
  /** The clock for counting calls. */
  nowMs?: () => number;
}

/** A request that the double received. */
export interface VendorCall {
  /** `null` for an unknown path. */
  endpoint: EndpointName | null;
  path: string;
  /** As received, with the cursor not decoded. */
  query: Record<string, string>;
  /** Milliseconds on the double's clock. */
  at: number;
  /** Position of the key. */
  keyIn: "header" | "query" | "nowhere";
  /** Status of the response; 0 before or without one. */
  status: number;
  faults: readonly FaultName[];
}

export interface VendorDouble extends AsyncDisposable {
  readonly url: string;
  /** The only valid key. */
  readonly apiKey: string;
  /** Every request, oldest first. Can be emptied to restart counting. */
  readonly calls: VendorCall[];
  readonly faults: Faults;
  readonly market: VendorMarket;
  /** Another host, to which a client must not send the key. */
  readonly elsewhere: Elsewhere;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

/**
 * A double of the vendor: its whole contract over HTTP, on an invented market that is equal for equal options. All quirks of the
 * contract are always active; faults are switched on in `faults`.
 */
export function startVendor(options: VendorOptions = {}): Promise<VendorDouble> {
  const {
    port = 0,
    apiKey = "double-key-5b1f0c6e9a",
    callsPerMinute = Infinity,
    rowsPerPage = Infinity,
    nowMs = Date.now,
  } = options;
  const market = new VendorMarket(options);
  const faults = new Faults(options.seed ?? 1);
  const elsewhere = startElsewhere();
  const closing = new AbortController();
  const calls: VendorCall[] = [];
  /** Times of the calls that count against the rate limit. */
  let counted: number[] = [];
  let served = 0;

  const server = Deno.serve({ hostname: "127.0.0.1", port, onListen() {} }, handle);
  const url = `http://127.0.0.1:${server.addr.port}`;

  async function handle(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const route = routes.find(({ pattern }) => pattern.test({ pathname }));
    const query = Object.fromEntries(searchParams);
    const key = keyOf(request, query);
    const call: VendorCall = {
      endpoint: route?.name ?? null,
      path: pathname,
      query,
      at: nowMs(),
      keyIn: key.in,
      status: 0,
      faults: [],
    };
    calls.push(call);
    const drawn = route === undefined
      ? new Set<FaultName>()
      : faults.draw({ endpoint: route.name, path: pathname, query });
    call.faults = [...drawn];
    const response = await answer();
    call.status = response.status;
    return response;

    async function answer(): Promise<Response> {
      if (key.value !== apiKey) {
        return json({ status: "ERROR", request_id: requestId(), error: "Unknown API Key" }, 401);
      }
      if (drawn.has("hang")) await aborted(closing.signal);
      const limited = overRate(call.at);
      if (limited !== null) return limited;
      const instead = insteadOfAnswer(drawn, { retryAfter: faults.retryAfter, elsewhere: elsewhere.url + pathname });
      if (instead !== null) return instead;
      try {
        if (route === undefined) throw new Refusal(404, "404 page not found");
        if (drawn.has("not_authorized_plan")) {
          throw new Refusal(403, "You are not entitled to this data. Please upgrade your plan.");
        }
        if (drawn.has("not_authorized_date")) throw new Refusal(403, TIMEFRAME);
        const path = decoded(route.pattern.exec({ pathname })!.pathname.groups);
        const { cursor, ...rest } = query;
        const request = cursor === undefined ? { query, offset: 0 } : readCursor(cursor);
        if (cursor !== undefined && Object.keys(rest).some((name) => name !== "apiKey")) {
          throw new Refusal(400, "A cursor stands alone.");
        }
        const answered = route.answer(market, { path, ...request, mostRows: rowsPerPage });
        return sent(spoilt(enveloped(answered, pathname, drawn), drawn), drawn, faults, closing.signal);
      } catch (error) {
        if (error instanceof Refusal) return refused(error);
        throw error;
      }
    }
  }

  function overRate(at: number): Response | null {
    counted = counted.filter((before) => before > at - MINUTE_MS);
    if (counted.length < callsPerMinute) {
      counted.push(at);
      return null;
    }
    const seconds = Math.ceil((counted[0]! + MINUTE_MS - at) / 1000);
    return json({ status: "ERROR", request_id: requestId(), error: TOO_MANY }, 429, { "Retry-After": String(seconds) });
  }

  function enveloped({ body, cursor }: EndpointAnswer, pathname: string, drawn: ReadonlySet<FaultName>) {
    if (Array.isArray(body)) return body;
    const envelope: Record<string, unknown> = { status: "OK", request_id: requestId(), ...body };
    if (cursor !== undefined) {
      const host = drawn.has("next_url_elsewhere")
        ? elsewhere.url
        : drawn.has("next_url_port")
        ? "https://127.0.0.1:443"
        : url;
      envelope.next_url = `${host}${pathname}?cursor=${cursor}`;
    }
    return envelope;
  }

  function refused({ status, message }: Refusal): Response {
    const said = { 400: "ERROR", 403: "NOT_AUTHORIZED", 404: "NOT_FOUND" }[status];
    return json({ status: said, request_id: requestId(), [status === 400 ? "error" : "message"]: message }, status);
  }

  function requestId(): string {
    return (++served).toString(16).padStart(32, "0");
  }

  async function close(): Promise<void> {
    closing.abort();
    await Promise.all([server.shutdown(), elsewhere.close()]);
  }

  return Promise.resolve({ url, apiKey, calls, faults, market, elsewhere, close, [Symbol.asyncDispose]: close });
}

function keyOf(request: Request, query: Record<string, string>): { value: string | null; in: VendorCall["keyIn"] } {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get("Authorization") ?? "")?.[1];
  if (query.apiKey !== undefined) return { value: query.apiKey, in: "query" };
  return bearer === undefined ? { value: null, in: "nowhere" } : { value: bearer, in: "header" };
}

function decoded(groups: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value ?? "")]));
}

/** Resolves when the signal aborts. */
function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
