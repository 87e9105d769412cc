import type { ProblemDetails } from "../../routes/mod.ts";
import { Layout } from "../layout.tsx";
import { Field } from "../components/field.tsx";

/** Error page for unknown addresses and failures. */
export function ProblemPage({ problem }: { problem: ProblemDetails }) {
  const { status, title, detail, requestId } = problem;
  const absent = status === 404;
  return (
    <Layout
      title={`${absent ? "Not found" : title} · Tandem`}
      path=""
      headline={
        <div class="headline">
          <div>
            <h1>{absent ? "Page not found" : title}</h1>
            {detail && <p>{detail}</p>}
          </div>
        </div>
      }
    >
      <section class="panel" aria-label="Next steps">
        <form class="filters" action="/search" method="get" role="search" aria-label="Everything">
          <Field
            label="Search tickers, pairs, assets and runs"
            wide
            type="search"
            name="q"
            autocomplete="off"
            spellcheck={false}
          />
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
