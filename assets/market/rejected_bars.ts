import { z } from "zod";
import { table } from "../../engine/mod.ts";
import { assetOut } from "../resources.ts";
import { type BarColumns, kindOfReason, type RejectedBarRow } from "./bar_judgement.ts";
import { barsAgree, fewRejected } from "./coverage_checks.ts";

export const RejectedBar = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  occurrence: z.int().describe("Which bar of this ticker and session, as in raw_daily_bars"),
  reason: z.string().describe("Why it is unusable"),
  open: z.number().nullable(),
  high: z.number().nullable(),
  low: z.number().nullable(),
  close: z.number().nullable(),
  volume: z.number().nullable(),
});

/** Sessions whose share of rejected bars is checked separately. */
const newestSessions = 5;

/**
 * Unusable bars as received, each with its reason: those dated on no session, which `raw_daily_bars` excludes, and impossible or
 * repeated ones, which it includes.
 */
export const rejectedBars = assetOut({
  key: "rejected_bars",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Unusable bars as received, each with its reason.",
  row: RejectedBar,
  primaryKey: ["ticker", "session", "occurrence"],
  partitionedBy: { name: "ticker", date: "session" },
  carriedOn: true,
  checks: [fewRejected({ ofAll: true }), barsAgree({ ofAll: true })],
});

/**
 * Output of rejected bars, for the function that receives bars.
 *
 * @param received Number of all bars received, including those on no session.
 * @param dated At least the bars of the newest sessions.
 * @param all Rejected bars with earlier ones that are not among these.
 */
export function rejectedOutput(
  rejected: readonly RejectedBarRow[],
  { received, dated, all = rejected }: {
    received: number;
    dated: Pick<BarColumns, "session">;
    all?: readonly Pick<RejectedBarRow, "session" | "reason">[];
  },
) {
  const bars = new Map<string, number>();
  for (const session of dated.session) bars.set(session, (bars.get(session) ?? 0) + 1);
  const unusable = Map.groupBy(all, ({ session }) => session);
  const newest = [...bars.keys()].sort().slice(-newestSessions);
  return {
    rows: rejected,
    metadata: {
      received,
      reasons: reasonTable(all),
      newest: table(
        ["session", "received", "rejected"],
        newest.map((session) => [session, bars.get(session)!, unusable.get(session)?.length ?? 0]),
      ),
    },
  };
}

/** Number of rejected bars by kind of reason, most frequent first. */
export function reasonTable(rejected: readonly Pick<RejectedBarRow, "reason">[]) {
  const reasons = [...Map.groupBy(rejected, ({ reason }) => kindOfReason(reason))].map((
    [reason, { length }],
  ) => [reason, length]);
  return table(["reason", "bars"], reasons.sort((a, b) => Number(b[1]) - Number(a[1])));
}
