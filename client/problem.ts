import type { ProblemDetails } from "../routes/mod.ts";

/** The service rejected a request or failed; has its problem document (RFC 9457). */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly status: number,
    /** `undefined` if the response was not from the service but, for example, from a proxy. */
    readonly problem: ProblemDetails | undefined,
    /** Seconds to wait before a retry, if the service says so. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(problem ? `${problem.title}: ${problem.detail ?? ""}`.replace(/: $/, "") : `The answer was ${status}.`);
  }
}

/** @throws {ProblemError} If the status is not 2xx. */
export async function requireGood<R extends Pick<Response, "ok" | "status" | "headers" | "text">>(
  response: R,
): Promise<R> {
  if (response.ok) return response;
  let problem: ProblemDetails | undefined;
  try {
    const body: unknown = JSON.parse(await response.text());
    if (typeof (body as ProblemDetails | null)?.title === "string") problem = body as ProblemDetails;
  } catch {
    // Not a problem document: report the status.
  }
  const wait = Number(response.headers.get("Retry-After") ?? NaN);
  throw new ProblemError(response.status, problem, Number.isFinite(wait) ? wait : undefined);
}
