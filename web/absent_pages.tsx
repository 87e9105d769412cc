import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ProblemDetails } from "../routes/mod.ts";
import { answer } from "./answer.tsx";
import { ProblemPage } from "./pages/problem.tsx";

/** Whether the request comes from a browser that expects a page, not from a program or an API client. */
export function wantsPage(c: Context): boolean {
  return (c.req.header("Accept") ?? "").includes("text/html") &&
    !/^\/(?:v1|ml|trading|api|auth)(?:\/|$)/.test(c.req.path);
}

/** Handler for the application's `notFound`: a page for browsers, the response of `other` for programs. */
export function pageNotFound(other: NotFoundHandler): NotFoundHandler {
  return async (c) => asPage(c, await other(c));
}

/** Handler for the application's `onError`: a page for browsers, the response of `other` for programs. */
export function pageOnError(other: ErrorHandler): ErrorHandler {
  return async (error, c) => asPage(c, await other(error, c));
}

/** Renders a problem document as a page if the request expects one; returns other responses unchanged. */
async function asPage(c: Context, response: Response): Promise<Response> {
  if (!wantsPage(c) || response.headers.get("Content-Type") !== "application/problem+json") return response;
  const problem = await response.json() as ProblemDetails;
  for (const [name, value] of response.headers) if (name !== "content-type") c.header(name, value);
  return answer(c, <ProblemPage problem={problem} />, response.status as ContentfulStatusCode);
}
