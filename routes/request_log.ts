import { AsyncLocalStorage } from "node:async_hooks";
import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { PrincipalVariables } from "../access/principal.ts";
import { type Logger, loggerTo, type LogLevel } from "../engine/mod.ts";
import type { ServiceInstruments } from "../resources/metrics/mod.ts";
import { isStreamed } from "./streamed_answer.ts";

/** Measured attributes of a request. */
export type HttpInstruments = Pick<ServiceInstruments, "httpRequests" | "httpSeconds" | "eventStreams">;

const requestFields = new AsyncLocalStorage<Record<string, unknown>>();
const methods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Statuses of responses without a body. */
const bodiless = new Set([101, 204, 205, 304]);
const reading = new Set(["GET", "HEAD", "OPTIONS"]);

/** The same logger, with the ids of the current request in its lines. */
export function requestLogger(logger: Logger): Logger {
  return loggerTo((level, message, fields) => logger.log(level, message, { ...requestFields.getStore(), ...fields }));
}

/**
 * Logs one line per request once its response is complete, for a stream once it has been read, and records its metrics. Runs
 * after the request id and before everything else.
 *
 * The line has the route's pattern and the path, without the query, which may contain private text. Changes are logged as `info`,
 * reads as `debug`, 401, 403, 429 and 503 as `warn`, and faults as `error`.
 */
export function requestLog(
  { logger, instruments }: { logger: Logger; instruments?: HttpInstruments },
): MiddlewareHandler {
  return async (c, next) => {
    const begunAt = performance.now();
    const ids = { requestId: c.get("requestId"), ...traceOf(c) };
    await requestFields.run(ids, next);
    const waitedMs = performance.now() - begunAt;
    const method = methods.has(c.req.method) ? c.req.method : "other";
    const route = routeOf(c);
    const { status } = c.res;
    const streams = c.res.headers.get("Content-Type")?.startsWith("text/event-stream") ?? false;
    instruments?.httpRequests.add({ route, method, status: `${Math.floor(status / 100)}xx` });
    instruments?.httpSeconds.observe({ route, method }, waitedMs / 1_000);
    const fields = {
      ...ids,
      ...whoOf(c),
      ...madeOf(c),
      method,
      route,
      path: c.req.path,
      status,
    };
    const tell = ({ bytes, complete }: ReadBody) => {
      const ms = Math.round(performance.now() - begunAt);
      logger.log(levelOf(method, status), `${method} ${c.req.path}: ${status}`, {
        ...fields,
        ms,
        bytes,
        ...(!complete && { complete }),
      });
    };
    if (bodiless.has(status)) return tell({ bytes: 0, complete: true });
    if (isStreamed(c)) {
      const { body } = c.res;
      // A HEAD response has no body to read.
      if (body === null || method === "HEAD") return tell({ bytes: 0, complete: true });
      if (streams) instruments?.eventStreams.add(1);
      const ended = (read: ReadBody) => {
        if (streams) instruments?.eventStreams.add(-1);
        tell(read);
      };
      c.res = new Response(countedBody(body, ended), c.res);
      return;
    }
    // With a complete body the runtime sets its length, and sends it without calling JavaScript again.
    const body = await c.res.arrayBuffer();
    c.res = new Response(body, c.res);
    if (method === "HEAD") c.res.headers.set("Content-Length", String(body.byteLength));
    tell({ bytes: body.byteLength, complete: true });
  };
}

function levelOf(method: string, status: number): LogLevel {
  if (status >= 500 && status !== 503) return "error";
  if (status === 401 || status === 403 || status === 429 || status === 503) return "warn";
  return reading.has(method) && status < 400 ? "debug" : "info";
}

/** The pattern of the route that answered: never a path, since paths are unbounded. */
function routeOf(c: Context): string {
  const routes = matchedRoutes(c);
  const reached = routes[c.req.routeIndex];
  // Rejected before its route was reached: use the route that it matches, if any.
  const meant = reached === undefined || reached.path.endsWith("*")
    ? routes.findLast(({ path }) => !path.endsWith("*"))
    : reached;
  return meant?.path ?? "none";
}

/** The caller's trace id, if any, so that its lines and ours are found together. Source: W3C Trace Context. */
function traceOf(c: Context): { traceId?: string } {
  const found = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(c.req.header("traceparent") ?? "");
  return found && !/^0+$/.test(found[1]!) ? { traceId: found[1]! } : {};
}

function whoOf(c: Context): { principal?: string } {
  const principal: PrincipalVariables["principal"] | undefined = c.get("principal");
  return principal ? { principal: principal.name } : {};
}

/** The run or backfill that the request created or changed. */
function madeOf(c: Context): { runId?: number; backfillId?: number } {
  const found = /^\/v1\/(runs|backfills)\/(\d+)$/.exec(c.res.headers.get("Location") ?? "");
  if (!found) return {};
  return found[1] === "runs" ? { runId: Number(found[2]) } : { backfillId: Number(found[2]) };
}

/** Amount of a body that was read. */
interface ReadBody {
  bytes: number;
  /** Whether it was read to its end; false if the client disconnected or the writer failed. */
  complete: boolean;
}

/** The same body; reports once, at its end, how much of it was read. */
function countedBody(
  body: ReadableStream<Uint8Array>,
  ended: (read: ReadBody) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  let hasEnded = false;
  const tell = (complete: boolean) => {
    if (!hasEnded) ended({ bytes, complete });
    hasEnded = true;
  };
  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) {
          tell(true);
          return controller.close();
        }
        bytes += value.byteLength;
        controller.enqueue(value);
      } catch (error) {
        tell(false);
        controller.error(error);
      }
    },
    async cancel(reason) {
      tell(false);
      await reader.cancel(reason);
    },
  });
}
