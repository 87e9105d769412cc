/**
 * Cost of each check of the library on half a million rows, in key order and in order of sessions.
 *
 * @module
 */
import { z } from "zod";
import { checkedRows } from "../engine/checks/checked_rows.ts";
import {
  type Check,
  noGaps,
  notNull,
  priceJumpWithoutSplit,
  sessionComplete,
  stalePrices,
  unique,
} from "../engine/mod.ts";
import { rowSchema } from "../engine/declare/row_schema.ts";
import { nyse } from "../resources/exchange_calendar/mod.ts";
import { median, msOfEach } from "./measured.ts";

const tickers = 500;
const sessions = nyse.sessionsBetween("2017-01-03", "2020-12-31");
const rounds = 5;
const Bar = z.object({ ticker: z.string(), session: z.iso.date(), close: z.number(), volume: z.number() });

const by = { series: "ticker", date: "session" } as const;
const checks: Check<never>[] = [
  notNull<z.output<typeof Bar>>("close", "volume"),
  unique<z.output<typeof Bar>>("ticker", "session"),
  noGaps(by),
  noGaps({ ...by, calendar: nyse, name: "no_gaps_by_calendar" }),
  sessionComplete(by),
  priceJumpWithoutSplit({ ...by, price: "close", factor: 4 }),
  stalePrices({ ...by, price: "close", volume: "volume", sessions: 5 }),
];

/** A new string object, as a database or a file returns. */
const fresh = (text: string): string => JSON.parse(JSON.stringify(text));

function bars(inKeyOrder: boolean) {
  const count = tickers * sessions.length;
  const ticker: string[] = [];
  const session: string[] = [];
  for (let i = 0; i < count; i++) {
    const [t, s] = inKeyOrder
      ? [Math.floor(i / sessions.length), i % sessions.length]
      : [i % tickers, Math.floor(i / tickers)];
    ticker.push(fresh(`T${t}`));
    session.push(fresh(sessions[s]!));
  }
  const close = Float64Array.from({ length: count }, (_, i) => 100 + i % 7);
  const volume = new Float64Array(count).fill(1000);
  return { data: { ticker, session, close, volume }, count };
}

const schema = rowSchema("bars", Bar, ["ticker", "session"]);
for (const inKeyOrder of [true, false]) {
  const rows = bars(inKeyOrder);
  console.log(`${rows.count.toLocaleString("en")} rows in order of ${inKeyOrder ? "ticker" : "session"}, median ms:`);
  for (const { name, check } of checks) {
    const times = await msOfEach(rounds, () => {
      const judged = checkedRows(schema, rows, { metadata: {}, history: () => Promise.resolve([]) });
      return check(judged as never);
    });
    console.log(`  ${name.padEnd(28)} ${median(times).toFixed(0).padStart(5)}`);
  }
}
