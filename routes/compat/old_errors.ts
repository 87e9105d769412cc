import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { z } from "zod";
import { type Logger, named } from "../../engine/mod.ts";
import { onError, onNotFound, type ProblemDetails } from "../problems.ts";

/** An error in the form of the original services: `{"error": …}`. */
export class OldError extends Error {
  constructor(
    readonly status: ContentfulStatusCode,
    /** A sentence for the caller, without internal details. */
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = "OldError";
  }
}

/** Body of an error response. */
export const OldErrorAnswer = named(
  "OldError",
  z.strictObject({ error: z.string() }).describe("The error, in the form of the original services"),
);

/** Message for a body beyond a limit. */
export function tooLarge(maxBytes: number): OldError {
  // The rest of the body is not read, so this connection cannot be reused.
  return new OldError(413, `A body has at most ${maxBytes.toLocaleString("en")} bytes.`, { Connection: "close" });
}

/** Maps errors of these routes to responses, in one place; problems of Tandem's own routes keep their status. */
export function onOldError(logger: Logger): ErrorHandler {
  const answerProblem = onError(logger);
  return async (error, c) => {
    if (error instanceof OldError) return c.json({ error: error.message }, error.status, error.headers);
    return oldAnswer(await answerProblem(error, c));
  };
}

/** Errors before any route, such as limits: answered in the form of the routes that the path belongs to. */
export function onErrorByPath(logger: Logger): ErrorHandler {
  const [answer, answerOld] = [onError(logger), onOldError(logger)];
  return (error, c) => isOld(c) ? answerOld(error, c) : answer(error, c);
}

/** Handler for the application's `notFound`. */
export const onNotFoundByPath: NotFoundHandler = (c) => isOld(c) ? onOldNotFound(c) : onNotFound(c);

function isOld(c: Context): boolean {
  return /^\/(?:ml|trading|api|auth)(?:\/|$)/.test(c.req.path);
}

/** For unknown paths below the original's prefixes. */
export function onOldNotFound(c: Context): Response {
  return c.json({ error: `There is nothing at ${c.req.path}.` }, 404);
}

async function oldAnswer(answer: Response): Promise<Response> {
  if (answer.headers.get("Content-Type") !== "application/problem+json") return answer;
  const { title, detail, errors } = await answer.json() as ProblemDetails;
  const said = errors?.map(({ path, message }) => path === "" ? message : `${path}: ${message}`).join(" ");
  const headers = new Headers(answer.headers);
  headers.set("Content-Type", "application/json");
  return new Response(JSON.stringify({ error: said || detail || title }), { status: answer.status, headers });
}
