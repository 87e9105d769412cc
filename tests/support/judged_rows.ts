import { z } from "zod";
import type { Check, CheckedRows, CheckOutcome, PastVersion } from "../../engine/mod.ts";
import { checkedRows } from "../../engine/checks/checked_rows.ts";
import { judge } from "../../engine/checks/judge.ts";
import { prepareRows, rowSchema } from "../../engine/declare/row_schema.ts";

/** Rows of a small table of series, as checks see them. */
export const Bar = z.object({
  ticker: z.string(),
  session: z.iso.date(),
  close: z.number().nullable(),
  volume: z.number().nullable(),
});
export type Bar = z.output<typeof Bar>;

/** Which columns of {@link Bar} are the series and the date. */
export const bySession = { series: "ticker", date: "session" } as const;

/** A bar at 100 with a volume of 1000, unless told otherwise. */
export function bar(ticker: string, session: string, more: Partial<Bar> = {}): Bar {
  return { ticker, session, close: 100, volume: 1000, ...more };
}

/**
 * What a check says of bars, as the engine has it judge them.
 *
 * @param primaryKey Rows stand in its order. By default ticker, then session.
 */
export async function judged(
  check: Check<never>,
  bars: readonly Bar[],
  { history = [], primaryKey = ["ticker", "session"] }: {
    history?: readonly PastVersion[];
    primaryKey?: (keyof Bar)[];
  } = {},
): Promise<CheckOutcome> {
  const schema = rowSchema("bars", Bar, primaryKey);
  const rows = checkedRows(schema, prepareRows("bars", schema, bars), {
    metadata: {},
    history: () => Promise.resolve(history),
  });
  return await judge(check as Check<unknown>, rows as CheckedRows<unknown>);
}
