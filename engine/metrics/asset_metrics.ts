import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import type { Labels, MetricFamily } from "../../resources/metrics/mod.ts";
import type { Engine } from "../engine.ts";
import { newestDate } from "../read/newest_date.ts";

const stateNames = ["fresh", "stale", "missing", "running", "failed"] as const;

/** Freshness of every asset. Cost: one judgement of all assets, and the newest date of those with a deadline. */
export async function assetMetrics(
  { engine, database, clock }: { engine: Engine; database: Database; clock: Clock },
): Promise<MetricFamily[]> {
  const [states, newest] = await Promise.all([engine.states(), newestDates(engine, database)]);
  const nowMs = clock.now().epochMilliseconds;
  const per = <T>(of: readonly T[], value: (each: T) => [asset: string, value: number] | null) =>
    of.flatMap((each) => {
      const found = value(each);
      return found ? [{ labels: { asset: found[0] } as Labels, value: found[1] }] : [];
    });
  return [
    {
      type: "gauge",
      name: "tandem_assets",
      help: "Assets of the installation by state, as evaluated within the last 15 s.",
      samples: stateNames.map((state) => ({
        labels: { state },
        value: states.filter((asset) => asset.state === state).length,
      })),
    },
    {
      type: "gauge",
      name: "tandem_asset_fresh",
      help: "Whether each asset of the installation is fresh: 1 or 0.",
      samples: per(states, ({ key, state }) => [key, state === "fresh" ? 1 : 0]),
    },
    {
      type: "gauge",
      name: "tandem_asset_materialized_timestamp_seconds",
      help: "When each asset of the installation was last materialized, in seconds since 1970.",
      samples: per(
        states,
        ({ key, lastMaterialization }) =>
          lastMaterialization && [key, Date.parse(lastMaterialization.committedAt) / 1_000],
      ),
    },
    {
      type: "gauge",
      name: "tandem_asset_newest_date_timestamp_seconds",
      help:
        "Beginning (UTC) of the newest date of each asset with a deadline by date; only complete dates where these count.",
      samples: per(newest, ([key, date]) => date === null ? null : [key, Date.parse(date) / 1_000]),
    },
    {
      type: "gauge",
      name: "tandem_asset_late",
      help: "Whether each asset of the installation with a deadline is late: 1 or 0; absent if unknown.",
      samples: per(
        states,
        ({ key, freshness }) =>
          !freshness || freshness.state === "unknown" ? null : [key, freshness.state === "late" ? 1 : 0],
      ),
    },
    {
      type: "gauge",
      name: "tandem_asset_lag_seconds",
      help: "Seconds since the first missed deadline of each asset of the installation; 0 if in time.",
      samples: per(states, ({ key, freshness }) => {
        if (!freshness || freshness.state === "unknown") return null;
        const late = freshness.state === "late" && freshness.deadline !== null;
        return [key, late ? Math.max(0, nowMs - Date.parse(freshness.deadline!)) / 1_000 : 0];
      }),
    },
  ];
}

async function newestDates(engine: Engine, database: Database): Promise<[key: string, date: string | null][]> {
  const dated = engine.graph.assets.flatMap((asset) =>
    asset.freshness?.column == null ? [] : [{ asset, column: asset.freshness.column, where: asset.freshness.where }]
  );
  return await Promise.all(
    dated.map(async ({ asset, ...of }): Promise<[string, string | null]> => [
      asset.key,
      await newestDate(database, asset, of),
    ]),
  );
}
