import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ProblemDetails } from "../routes/mod.ts";
import { answer } from "./answer.tsx";
import { Layout } from "./layout.tsx";
import { Field } from "./components/field.tsx";
import { PageHead } from "./components/page_head.tsx";

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

/** Error page for unknown addresses and failures. */
function ProblemPage({ problem }: { problem: ProblemDetails }) {
  const { status, title, detail, requestId } = problem;
  const absent = status === 404;
  return (
    <Layout
      title={`${absent ? "Not found" : title} · Tandem`}
      path=""
      headline={<PageHead title={absent ? "Page not found" : title}>{detail}</PageHead>}
    >
      <section class="panel" aria-label="Next steps">
        <form class="filters" action="/search" method="get" role="search" aria-label="Everything">
          <Field label="Search tickers, pairs, assets and runs" wide type="search" name="q" spellcheck={false} />
          <button type="submit" class="primary">Search</button>
          <a href="/">Overview</a>
          <a href="/assets">Assets</a>
          <a href="/runs">Runs</a>
        </form>
        {!absent && requestId && (
          <p class="faint">
            The log has the cause under request <code>{requestId}</code>.
          </p>
        )}
      </section>
    </Layout>
  );
}
