import type { FaultName, Faults } from "./faults.ts";

type Body = Record<string, unknown> | unknown[];

/** Responses that replace the endpoint's own, by fault. */
export function insteadOfAnswer(
  drawn: ReadonlySet<FaultName>,
  { retryAfter, elsewhere }: { retryAfter: string; elsewhere: string },
): Response | null {
  const tooMany = { status: "ERROR", request_id: "0", error: TOO_MANY };
  if (drawn.has("too_many_requests")) return json(tooMany, 429, { "Retry-After": retryAfter });
  if (drawn.has("too_many_requests_without_header")) return json(tooMany, 429);
  if (drawn.has("too_many_requests_empty")) return new Response(null, { status: 429 });
  if (drawn.has("error_500")) return json({ status: "ERROR", error: "Something went wrong." }, 500);
  if (drawn.has("error_502")) return new Response("<html><h1>502 Bad Gateway</h1></html>", { status: 502 });
  if (drawn.has("error_503")) return new Response("", { status: 503 });
  if (drawn.has("redirect_elsewhere")) return new Response(null, { status: 302, headers: { Location: elsewhere } });
  return null;
}

export const TOO_MANY =
  "You've exceeded the maximum requests per minute, please wait or upgrade your subscription to continue.";

/** Applies faults to a body. */
export function spoilt(body: Body, drawn: ReadonlySet<FaultName>): Body {
  const rows = Array.isArray(body) ? body : Array.isArray(body.results) ? body.results : null;
  let changed = rows;
  if (rows !== null && rows.length > 0) {
    if (drawn.has("duplicate_rows")) changed = rows.flatMap((row, i) => i % 3 === 0 ? [row, row] : [row]);
    if (drawn.has("blank_bars")) changed = changed!.flatMap((row) => isBar(row) ? [blank(row), row] : [row]);
    if (drawn.has("doubled_events")) changed = changed!.flatMap((row) => isEvent(row) ? [row, again(row, 0)] : [row]);
    if (drawn.has("adjacent_events")) changed = changed!.flatMap((row) => isEvent(row) ? [row, again(row, 1)] : [row]);
    if (drawn.has("rows_of_strangers")) changed = [...changed!, ...strangersLike(changed![0])];
    if (drawn.has("unusable_rows")) changed = changed!.with(-1, unusable(changed!.at(-1)));
    if (drawn.has("missing_field")) changed = changed!.with(-1, without(changed!.at(-1)));
    if (drawn.has("wrong_type")) changed = changed!.with(-1, mistyped(changed!.at(-1)));
  }
  if (Array.isArray(body)) return changed!;
  const answer: Record<string, unknown> = { ...body, ...(changed === null ? {} : { results: changed }) };
  if (changed !== null && changed.length !== rows!.length) {
    for (const count of ["count", "resultsCount"]) if (count in answer) answer[count] = changed.length;
  }
  if (drawn.has("null_results") && (rows === null || rows.length === 0) && !isObject(body.results)) {
    answer.results = null;
  }
  if (drawn.has("delayed_status")) answer.status = "DELAYED";
  if (drawn.has("count_mismatch") && typeof answer.queryCount === "number") answer.queryCount += 7;
  if (isObject(body.results) && drawn.has("unusable_rows")) answer.results = unusable(body.results);
  if (isObject(body.results) && drawn.has("missing_field")) answer.results = without(body.results);
  if (isObject(body.results) && drawn.has("wrong_type")) answer.results = mistyped(body.results);
  return answer;
}

/** Whether a row is a daily bar of a listing. */
function isBar(row: unknown): row is Record<string, unknown> {
  return isObject(row) && "t" in row && "c" in row;
}

/** A bar with only its ticker and time. */
function blank({ T, t }: Record<string, unknown>): unknown {
  return T === undefined ? { t } : { T, t };
}

const EVENT_DATES = ["execution_date", "ex_dividend_date"];

function isEvent(row: unknown): row is Record<string, unknown> {
  return isObject(row) && EVENT_DATES.some((name) => name in row);
}

/** The same split or dividend with another id, optionally some days later. */
function again(row: Record<string, unknown>, days: number): unknown {
  const date = EVENT_DATES.find((name) => name in row)!;
  return { ...row, id: `${row.id}b`, [date]: Temporal.PlainDate.from(String(row[date])).add({ days }).toString() };
}

/** An impossible value for the first of these fields that a row has. */
const IMPOSSIBLE: Readonly<Record<string, unknown>> = {
  c: "N/A",
  split_to: 0,
  cash_amount: -1,
  published_utc: "yesterday",
  market_cap: "unknown",
  primary_exchange: 17,
  name: 17,
};

function unusable(row: unknown): unknown {
  const field = Object.keys(IMPOSSIBLE).find((name) => isObject(row) && name in row);
  return field === undefined ? row : { ...row as object, [field]: IMPOSSIBLE[field] };
}

/** Rows of the same listing for unfollowed instruments, some of which are unusable. */
function strangersLike(row: unknown): unknown[] {
  const field = ["T", "ticker", "tickers"].find((name) => isObject(row) && name in row);
  // Bars of one ticker are those of the requested one.
  if (field === undefined) return [];
  const named = (ticker: string, more: object = {}) => ({
    ...row as object,
    [field]: field === "tickers" ? [ticker] : ticker,
    ...("id" in (row as object) && { id: `${ticker} ${(row as { id: unknown }).id}` }),
    ...more,
  });
  const whole = named("ZZZTEST");
  return [
    // Listed instruments are followed.
    ..."active" in whole ? [] : [whole],
    unusable(whole),
    named("ZZZTEST", { t: null, execution_date: "0000-00-00", ex_dividend_date: "soon", active: "maybe" }),
    named("ZZZ\u0000\u200b"),
  ];
}

/** Required fields of the endpoints' rows; the first that a row has is damaged. */
const REQUIRED = ["t", "id", "ticker", "date"];

function without(row: unknown): unknown {
  const [field] = REQUIRED.filter((name) => isObject(row) && name in row);
  return Object.fromEntries(Object.entries(row as object).filter(([name]) => name !== field));
}

function mistyped(row: unknown): unknown {
  const [field] = REQUIRED.filter((name) => isObject(row) && name in row);
  const value = (row as Record<string, unknown>)[field!];
  return { ...row as object, [field!]: typeof value === "number" ? String(value) : 17 };
}

/** Sends a body: complete, truncated, slowly, or with a lost connection. */
export function sent(body: Body, drawn: ReadonlySet<FaultName>, faults: Faults, released: AbortSignal): Response {
  const text = JSON.stringify(body);
  if (drawn.has("truncated_json")) {
    return new Response(text.slice(0, Math.ceil(text.length * 0.6)), { headers: JSON_TYPE });
  }
  if (drawn.has("connection_reset")) return lostConnection(text);
  if (drawn.has("slow_body")) return trickle(text, faults.slowBodyMs, released);
  return json(body, 200);
}

/** Half a body with the length of a whole one: the server has to drop the connection. */
function lostConnection(text: string): Response {
  const bytes = new TextEncoder().encode(text);
  const half = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(bytes.subarray(0, bytes.length >> 1));
      controller.close();
    },
  });
  return new Response(half, { headers: { ...JSON_TYPE, "Content-Length": String(bytes.length + 1) } });
}

const PIECES = 10;

/** Never silent for long, but late in total. */
function trickle(text: string, durationMs: number, released: AbortSignal): Response {
  const bytes = new TextEncoder().encode(text);
  const size = Math.ceil(bytes.length / PIECES);
  let sentBytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise<void>((resolve) => {
        timer = setTimeout(resolve, durationMs / PIECES);
        released.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
      });
      if (released.aborted) return controller.close();
      controller.enqueue(bytes.subarray(sentBytes, sentBytes += size));
      if (sentBytes >= bytes.length) controller.close();
    },
    cancel: () => clearTimeout(timer),
  }, { highWaterMark: 0 });
  return new Response(stream, { headers: JSON_TYPE });
}

const JSON_TYPE = { "Content-Type": "application/json" };

export function json(body: unknown, status: number, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { ...JSON_TYPE, ...headers } });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
