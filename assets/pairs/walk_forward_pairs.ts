import { z } from "zod";
import { eager, keepAll, notEmpty } from "../../engine/mod.ts";
import { dividendsOf } from "../market/dividends.ts";
import { completeSessions, sessions } from "../market/sessions.ts";
import { asset } from "../resources.ts";
import { formationPairs, foundPair } from "./formation_pairs.ts";
import { formations } from "./formations.ts";
import { type WalkForwardWindow, walkForwardWindows, windowBounds } from "./walk_forward_windows.ts";

const WalkForwardPair = z.object({ ...windowBounds, ...foundPair });

/**
 * The pairs of each formation with the trading window that follows it. Windows are numbered from 1; the last one ends with the
 * newest complete session. A formation without later sessions has no window yet.
 */
export const walkForwardPairs = asset({
  key: "walk_forward_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "The pairs chosen for each trading window from the formation window before it, by what was known then.",
  deps: { formations, pairs: formationPairs, sessions },
  automation: eager(),
  outs: { windows: walkForwardWindows },
  row: WalkForwardPair,
  primaryKey: ["window", "ticker_1", "ticker_2"],
  retention: keepAll,
  codeVersion: "5",
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs }) {
    const complete = completeSessions(await inputs.sessions.rows());
    const chosen = Map.groupBy(await inputs.pairs.rows(), (row) => row.formation_last_session);
    const windows: z.output<typeof WalkForwardWindow>[] = [];
    const rows: z.output<typeof WalkForwardPair>[] = [];
    for (const formation of await inputs.formations.rows()) {
      const { formation_first_session, formation_last_session, trading_sessions } = formation;
      const tradingStart = complete.indexOf(formation_last_session) + 1;
      const traded = complete.slice(tradingStart, tradingStart + trading_sessions);
      if (traded.length === 0) continue;
      const bounds = {
        window: windows.length + 1,
        formation_first_session,
        formation_last_session,
        trading_first_session: traded[0]!,
        trading_last_session: traded.at(-1)!,
        complete: traded.length === trading_sessions,
      };
      windows.push({
        ...bounds,
        trading_sessions,
        settings: formation.settings,
        tickers: formation.tickers,
        clusters: formation.clusters,
        pairs_tested: formation.pairs_tested,
        pairs_accepted: formation.pairs_accepted,
        pairs_chosen: formation.pairs_chosen,
      });
      for (const pair of chosen.get(formation_last_session) ?? []) rows.push({ ...pair, ...bounds });
    }
    return {
      rows,
      metadata: {
        windows: windows.length,
        pairs_tested: windows.reduce((sum, window) => sum + window.pairs_tested, 0),
        pairs_accepted: windows.reduce((sum, window) => sum + window.pairs_accepted, 0),
        ...await dividendsOf(inputs.pairs),
      },
      outs: { windows: { rows: windows } },
    };
  },
});
