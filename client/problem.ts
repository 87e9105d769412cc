import type { ProblemDetails } from "../routes/mod.ts";

/** The service refused a request, or could not do it: what it said, as RFC 9457 has it. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";

  constructor(
    readonly status: number,
    /** `undefined` where what answered was not the service, but a proxy, say. */
    readonly problem: ProblemDetails | undefined,
    /** Seconds to wait before a retry, where the service says so. */
    readonly retryAfterSeconds: number | undefined,
  ) {
    super(problem ? `${problem.title}: ${problem.detail ?? ""}`.replace(/: $/, "") : `The answer was ${status}.`);
  }
}

/** @throws {ProblemError} If the answer is not good. */
export async function requireGood<R extends Pick<Response, "ok" | "status" | "headers" | "text">>(
  response: R,
): Promise<R> {
  if (response.ok) return response;
  let problem: ProblemDetails | undefined;
  try {
    const body: unknown = JSON.parse(await response.text());
    if (typeof (body as ProblemDetails | null)?.title === "string") problem = body as ProblemDetails;
  } catch {
    // No problem document: the status has to do.
  }
  const wait = Number(response.headers.get("Retry-After") ?? NaN);
  throw new ProblemError(response.status, problem, Number.isFinite(wait) ? wait : undefined);
}
