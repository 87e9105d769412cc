import { Hono } from "hono";
import type { DataSource } from "../resources/market_data/data_source.ts";
import { answerProblem, Problem } from "../routes/problems.ts";
import { answer } from "./answer.tsx";
import { StrategiesPage } from "./pages/strategies.tsx";
import { StrategyReader } from "./strategy_record.ts";
import { strategiesAddress } from "./strategy_search.ts";
import { tearSheetFile } from "./tear_sheet_file.tsx";
import type { VersionEngine } from "./version_rows.ts";

/** `/strategies`, and the tear sheet of each strategy as one file. */
export function strategyPages({ engine, source }: { engine: VersionEngine; source: DataSource | null }): Hono {
  const reader = new StrategyReader(engine);
  return new Hono()
    .get("/", async (c) => {
      const { search, problems } = strategiesAddress.read(new URL(c.req.url).searchParams);
      const record = await reader.read({ search, problems });
      const page = <StrategiesPage record={record} search={search} problems={problems} />;
      return answer(c, page, problems.size > 0 ? 400 : 200);
    })
    .get("/:file{[^/]+\\.html}", async (c) => {
      const strategy = c.req.param("file").replace(/\.html$/, "");
      const { search, problems } = strategiesAddress.read(new URL(c.req.url).searchParams);
      const record = await reader.read({ search: { ...search, strategy }, problems });
      if (record === null || problems.has("strategy")) return c.notFound();
      if (problems.size > 0) {
        const errors = [...problems].map(([path, message]) => ({ path, message }));
        return answerProblem(c, new Problem("invalid-request", "The address has invalid parameters.", { errors }));
      }
      c.header("Cache-Control", "no-store");
      return c.body(await tearSheetFile(record, source), 200, {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Disposition": `attachment; filename="${record.chosen.strategy}.html"`,
      });
    });
}
