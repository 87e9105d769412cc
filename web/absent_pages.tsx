import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ProblemDetails } from "../routes/mod.ts";
import { answer } from "./answer.tsx";
import { ProblemPage } from "./pages/problem.tsx";

/** Whether an answer is looked at by a person, and not read by a program or by the client of an API. */
export function wantsPage(c: Context): boolean {
  return (c.req.header("Accept") ?? "").includes("text/html") &&
    !/^\/(?:v1|ml|trading|api|auth)(?:\/|$)/.test(c.req.path);
}

/** For the application's `notFound`: a page for browsers, and what `other` answers for programs. */
export function pageNotFound(other: NotFoundHandler): NotFoundHandler {
  return async (c) => asPage(c, await other(c));
}

/** For the application's `onError`, likewise. */
export function pageOnError(other: ErrorHandler): ErrorHandler {
  return async (error, c) => asPage(c, await other(error, c));
}

/** A problem document as a page, where a page is wanted; any other answer as it is. */
async function asPage(c: Context, response: Response): Promise<Response> {
  if (!wantsPage(c) || response.headers.get("Content-Type") !== "application/problem+json") return response;
  const problem = await response.json() as ProblemDetails;
  for (const [name, value] of response.headers) if (name !== "content-type") c.header(name, value);
  return answer(c, <ProblemPage problem={problem} />, response.status as ContentfulStatusCode);
}
