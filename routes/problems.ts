import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { UnknownSessionError, UnknownTokenError } from "../access/mod.ts";
import {
  BackfillStateError,
  ExternalAssetError,
  IdempotencyConflictError,
  InvalidRequestError,
  isDatabaseTrouble,
  type Logger,
  messageOf,
  named,
  NotExternalError,
  NotPartitionedError,
  OutdatedReportError,
  RunNotRetryableError,
  SelectionError,
  UnknownAssetError,
  UnknownBackfillError,
  UnknownRunError,
  UnknownScheduleError,
  UnmetUpstreamError,
} from "../engine/mod.ts";
import { FileStoreError, MissingFileError } from "../resources/row_files/mod.ts";

/** All kinds of problems of the API; the name is the end of the `type`. */
const kinds = {
  "invalid-request": { status: 400, title: "The request does not fit" },
  "invalid-selection": { status: 400, title: "The selection selects nothing" },
  "unauthenticated": { status: 401, title: "Credentials are needed" },
  "forbidden": { status: 403, title: "Not allowed" },
  "foreign-host": { status: 403, title: "Another host is addressed" },
  "foreign-origin": { status: 403, title: "The request comes from another site" },
  "unknown-path": { status: 404, title: "Nothing is here" },
  "unknown-asset": { status: 404, title: "No such asset" },
  "unknown-run": { status: 404, title: "No such run" },
  "unknown-backfill": { status: 404, title: "No such backfill" },
  "unknown-token": { status: 404, title: "No such token" },
  "unknown-session": { status: 404, title: "No such session" },
  "unknown-schedule": { status: 404, title: "No such schedule" },
  "method-not-allowed": { status: 405, title: "The method does not apply here" },
  "body-too-slow": { status: 408, title: "The body came too slowly" },
  "external-asset": { status: 409, title: "The asset is made outside" },
  "not-external": { status: 409, title: "The asset is made here" },
  "outdated-report": { status: 409, title: "Something newer is known" },
  "backfill-state": { status: 409, title: "The backfill is not in a state for it" },
  "not-partitioned": { status: 409, title: "The asset has no partitions" },
  "run-finished": { status: 409, title: "The run has ended" },
  "run-not-retryable": { status: 409, title: "There is nothing to retry" },
  "unmet-upstream": { status: 409, title: "Something upstream is missing" },
  "body-too-large": { status: 413, title: "The body is too large" },
  "uri-too-long": { status: 414, title: "The address is too long" },
  "unsupported-media-type": { status: 415, title: "The body must be JSON" },
  "idempotency-conflict": { status: 422, title: "The idempotency key is taken" },
  "too-many-requests": { status: 429, title: "Too many requests" },
  "header-too-large": { status: 431, title: "The header is too large" },
  "internal-error": { status: 500, title: "Something went wrong here" },
  "row-file-missing": { status: 500, title: "A file with rows is missing" },
  "stopping": { status: 503, title: "The service is stopping" },
  "database-away": { status: 503, title: "The database does not answer" },
  "row-files-away": { status: 503, title: "The files with rows cannot be read" },
  "not-ready": { status: 503, title: "Not ready" },
  "overloaded": { status: 503, title: "There is no room" },
  "took-too-long": { status: 503, title: "It took too long" },
} as const satisfies Record<string, { status: ContentfulStatusCode; title: string }>;

export type ProblemKind = keyof typeof kinds;

/** One fault of a request: its dotted path, empty for the whole, and a message. */
const Fault = z.strictObject({ path: z.string(), message: z.string() });
export type Fault = z.infer<typeof Fault>;

/** A problem as sent, as `application/problem+json`. */
export const ProblemDetails = named(
  "Problem",
  z.strictObject({
    type: z.string().describe("A relative URI that identifies the kind, for programs; it does not change"),
    status: z.int(),
    title: z.string(),
    detail: z.string().optional(),
    instance: z.string().describe("The requested path"),
    requestId: z.string().optional().describe("Identifies its log line"),
    errors: z.array(Fault).readonly().optional(),
  }).describe("A problem, by RFC 9457"),
);
export type ProblemDetails = z.infer<typeof ProblemDetails>;

/** Thrown by handlers for problems without an error class of the engine. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    /** A sentence for the caller, without internal details. */
    readonly detail: string,
    readonly more: { errors?: readonly Fault[]; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause });
    this.name = "Problem";
  }
}

/** The problem of a thrown error. Unknown errors are logged; the answer hides their details. */
function problemOf(error: Error): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof UnknownTokenError) return new Problem("unknown-token", error.message);
  if (error instanceof UnknownSessionError) return new Problem("unknown-session", error.message);
  if (error instanceof UnknownAssetError) return new Problem("unknown-asset", error.message);
  if (error instanceof UnknownRunError) return new Problem("unknown-run", error.message);
  if (error instanceof UnknownBackfillError) return new Problem("unknown-backfill", error.message);
  if (error instanceof UnknownScheduleError) return new Problem("unknown-schedule", error.message);
  if (error instanceof BackfillStateError) return new Problem("backfill-state", error.message);
  if (error instanceof NotPartitionedError) return new Problem("not-partitioned", error.message);
  if (error instanceof SelectionError) return new Problem("invalid-selection", error.message);
  if (error instanceof InvalidRequestError) {
    return new Problem("invalid-request", error.message, { errors: error.issues });
  }
  if (error instanceof ExternalAssetError) return new Problem("external-asset", error.message);
  if (error instanceof NotExternalError) return new Problem("not-external", error.message);
  if (error instanceof OutdatedReportError) return new Problem("outdated-report", error.message);
  if (error instanceof RunNotRetryableError) return new Problem("run-not-retryable", error.message);
  if (error instanceof UnmetUpstreamError) return new Problem("unmet-upstream", error.message);
  if (error instanceof IdempotencyConflictError) return new Problem("idempotency-conflict", error.message);
  if (error instanceof MissingFileError) return new Problem("row-file-missing", error.message, { cause: error });
  if (error instanceof FileStoreError) {
    return new Problem("row-files-away", error.message, { headers: { "Retry-After": "30" }, cause: error });
  }
  if (isDatabaseTrouble(error)) return databaseAwayProblem(error);
  return new Problem("internal-error", "The log has the cause under the request id.", { cause: error });
}

/** Response while the database is unreachable, or temporarily refuses queries. */
export function databaseAwayProblem(cause?: Error): Problem {
  return new Problem(
    "database-away",
    "Try again in a moment: Tandem resumes automatically when the database is back.",
    {
      headers: { "Retry-After": "5" },
      cause,
    },
  );
}

/** Answers with a problem. */
export function answerProblem(c: Context, { kind, detail, more }: Problem): Response {
  const { status, title } = kinds[kind];
  const body: ProblemDetails = {
    type: `/problems/${kind}`,
    status,
    title,
    detail,
    instance: c.req.path,
    requestId: c.get("requestId"),
    errors: more.errors?.length ? more.errors : undefined,
  };
  return c.body(JSON.stringify(body), status, { ...more.headers, "Content-Type": "application/problem+json" });
}

/** Faults around the service, in the log as warnings. */
const loggedKinds: ReadonlySet<ProblemKind> = new Set(["database-away", "row-files-away", "row-file-missing"]);

/** Maps errors to responses, in one place. For the application's `onError`. */
export function onError(logger: Logger): ErrorHandler {
  return (error, c) => {
    // Thrown by middleware with its own response.
    if (error instanceof HTTPException && error.res) return error.res;
    const problem = problemOf(error);
    if (problem.kind === "internal-error") {
      // A client that disconnects in the middle of a body is not a fault of the service.
      logger.log(c.req.raw.signal.aborted ? "debug" : "error", `${c.req.method} ${c.req.path}: ${messageOf(error)}`, {
        requestId: c.get("requestId"),
        stack: error.stack,
      });
    }
    if (loggedKinds.has(problem.kind) && problem.more.cause) {
      logger.warn(`${c.req.method} ${c.req.path}: ${messageOf(error)}`, { requestId: c.get("requestId") });
    }
    return answerProblem(c, problem);
  };
}

/** Handler for the application's `notFound`. */
export const onNotFound: NotFoundHandler = (c) =>
  answerProblem(c, new Problem("unknown-path", `There is nothing at ${c.req.path}.`));
