import { type Context, Hono } from "hono";
import { answer, answerCsv } from "./answer.tsx";
import { type ClustersEngine, readClusterMap } from "./cluster_map.ts";
import { readClusterMembers } from "./cluster_members.ts";
import { clustersAddress } from "./cluster_search.ts";
import { known } from "./known_value.ts";
import { ClustersPage } from "./pages/clusters.tsx";

/**
 * The page of clusters, and CSV files of its tables, which are computed and not assets. Unavailable values in the address count
 * as not given, which the page says.
 */
export function clusterPages({ engine }: { engine: ClustersEngine }): Hono {
  const read = async (c: Context) => {
    const { search, problems } = clustersAddress.read(new URL(c.req.url).searchParams);
    const map = await readClusterMap(engine, search);
    if (map !== null) {
      known(search.preset, map.presets, { name: "preset", title: "Clustering preset", problems });
      known(search.cluster, map.clusters.map(({ cluster }) => cluster), {
        name: "cluster",
        title: "Cluster",
        problems,
      });
    }
    const found = map?.places.find(({ ticker }) => ticker.toUpperCase() === search.find?.trim().toUpperCase());
    const cluster = search.cluster ?? found?.cluster;
    return { search, problems, map, members: map && await readClusterMembers(engine, map, cluster) };
  };
  return new Hono()
    .get("/", async (c) => {
      const { search, problems, map, members } = await read(c);
      const page = <ClustersPage {...{ map, members, problems }} asOf={search.asOf} find={search.find} />;
      return answer(c, page, map === null && search.asOf !== undefined ? 404 : problems.size > 0 ? 400 : 200);
    })
    .get("/prices.csv", async (c) => {
      const { members } = await read(c);
      if (members === null || members.sessions.length === 0) return c.notFound();
      const { tickers, sessions, indices } = members;
      const rows = sessions.map((session, t) => ({
        ...Object.fromEntries(tickers.map((ticker, i) => [ticker, indices[i]![t]!])),
        session,
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
