import { z } from "zod";
import type { Check, CheckedRows, CheckOutcome, PastVersion } from "../../engine/mod.ts";
import { checkedRows } from "../../engine/checks/checked_rows.ts";
import { judge } from "../../engine/checks/judge.ts";
import { prepareRows, rowSchema } from "../../engine/declare/row_schema.ts";

/** Rows of a small table of series, for checks. */
export const Bar = z.object({
  ticker: z.string(),
  session: z.iso.date(),
  close: z.number().nullable(),
  volume: z.number().nullable(),
});
export type Bar = z.output<typeof Bar>;

/** The columns of {@link Bar} with series and date. */
export const bySession = { series: "ticker", date: "session" } as const;

/** A bar with a close of 100 and a volume of 1000, unless given. */
export function bar(ticker: string, session: string, more: Partial<Bar> = {}): Bar {
  return { ticker, session, close: 100, volume: 1000, ...more };
}

/**
 * Result of a check on bars, evaluated as by the engine.
 *
 * @param primaryKey Order of the rows; by default ticker, then session.
 */
export async function judged(
  check: Check<never>,
  bars: readonly Bar[],
  { from, history = [], primaryKey = ["ticker", "session"] }: {
    /** The date from which the bars are, if earlier ones stay. */
    from?: string;
    history?: readonly PastVersion[];
    primaryKey?: (keyof Bar)[];
  } = {},
): Promise<CheckOutcome> {
  const schema = rowSchema("bars", Bar, primaryKey);
  const rows = checkedRows(schema, prepareRows("bars", schema, bars), {
    from,
    metadata: {},
    history: () => Promise.resolve(history),
  });
  return await judge(check as Check<unknown>, rows as CheckedRows<unknown>);
}
