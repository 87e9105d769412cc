import { type Context, Hono } from "hono";
import { answer, answerCsv } from "./answer.tsx";
import { type ClustersEngine, readClusterMap } from "./cluster_map.ts";
import { readClusterMembers } from "./cluster_members.ts";
import { ClustersPage } from "./pages/clusters.tsx";

/** The page of clusters, and its tables that are of no asset: they are computed for it. */
export function clusterPages({ engine }: { engine: ClustersEngine }): Hono {
  const read = async (c: Context) => {
    const asked = { asOf: c.req.query("as_of") || undefined, preset: c.req.query("preset") };
    const map = await readClusterMap(engine, { ...asked, projection: c.req.query("map") });
    const cluster = c.req.query("cluster") ?? "";
    const number = /^\d{1,6}$/.test(cluster) ? Number(cluster) : undefined;
    return { asked, map, members: map && await readClusterMembers(engine, map, number) };
  };
  return new Hono()
    .get("/", async (c) => {
      const { asked, map, members } = await read(c);
      const page = <ClustersPage map={map} members={members} asked={asked} />;
      return answer(c, page, map === null && asked.asOf ? 404 : 200);
    })
    .get("/prices.csv", async (c) => {
      const { members } = await read(c);
      if (members === null || members.sessions.length === 0) return c.notFound();
      const { tickers, sessions, indices } = members;
      const rows = sessions.map((session, t) => ({
        session,
        ...Object.fromEntries(tickers.map((ticker, i) => [ticker, indices[i]![t]!])),
      }));
      return answerCsv(c, "cluster_prices.csv", { names: ["session", ...tickers], rows });
    })
    .get("/correlations.csv", async (c) => {
      const { members } = await read(c);
      if (members === null || members.order.length === 0) return c.notFound();
      const { tickers, correlations, order } = members;
      const rows = order.flatMap((i, at) =>
        order.slice(at + 1).map((j) => {
          const correlation = correlations[i]![j]!;
          return {
            ticker_1: tickers[i],
            ticker_2: tickers[j],
            correlation: Number.isFinite(correlation) ? correlation : null,
          };
        })
      );
      return answerCsv(c, "cluster_correlations.csv", { names: ["ticker_1", "ticker_2", "correlation"], rows });
    });
}
