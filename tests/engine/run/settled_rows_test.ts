import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, equalTo, lastSessions, reads } from "../../../engine/mod.ts";
import { onEachDatabase } from "../../support/partitions.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import type { Tiny, TinyWorld } from "../../support/tiny_engine.ts";

interface Bar {
  ticker: string;
  session: string;
  close: number;
}

let bars: Bar[] = [];
/** Of each call, the session from whose row each ticker was carried on; `null` where it was summed from its first close. */
let carried: Record<string, string | null>[] = [];
const { asset } = assetsWith<TinyWorld>();

const prices = asset({
  key: "prices",
  group: "test",
  layer: "raw",
  description: "Closes of a few tickers.",
  row: z.object({ ticker: z.string(), session: z.iso.date(), close: z.number() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  source: () => Promise.resolve(JSON.stringify(bars)),
  materialize: () => ({ rows: bars }),
});

const sums = asset({
  key: "sums",
  group: "test",
  layer: "silver",
  description: "The sum of all closes up to a session.",
  deps: { prices: reads(prices, lastSessions(Infinity, "same")) },
  row: z.object({ ticker: z.string(), session: z.iso.date(), sum: z.number() }),
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  partitionsDef: {
    wanted: ({ upstream: { prices } }) => ({ names: prices.space.names, dates: prices.space.dates }),
  },

  async materialize({ inputs, partitions, settled }) {
    const { space } = partitions;
    const call: Record<string, string | null> = {};
    const rows: { ticker: string; session: string; sum: number }[] = [];
    for (const ticker of partitions.names) {
      const [first] = partitions.rangesAt(space.nameAt(ticker));
      const before = space.dates[first! - 1];
      const isSettled = before !== undefined && settled.partitions.has(ticker, before);
      const [state] = isSettled ? await settled.where("ticker", [ticker]).where("session", [before]).rows() : [];
      call[ticker] = state ? before! : null;
      let sum = state ? Number(state.sum) : 0;
      for (const bar of await inputs.prices.where("ticker", [ticker]).rows()) {
        if (state && bar.session <= before!) continue;
        sum += bar.close;
        if (partitions.has(ticker, bar.session)) rows.push({ ticker, session: bar.session, sum });
      }
    }
    carried.push(call);
    return { rows };
  },
});

const dates = Array.from({ length: 12 }, (_, day) => `2026-03-${String(day + 1).padStart(2, "0")}`);
const history = (until: number): Bar[] =>
  ["A", "B"].flatMap((ticker) => dates.slice(0, until).map((session, day) => ({ ticker, session, close: day + 1 })));

/** Makes everything fresh, and compares the sums with those of all closes. */
async function make({ engine, database }: Tiny, more: { force?: boolean } = {}): Promise<typeof carried> {
  carried = [];
  const run = await engine.finished((await engine.submit({ selection: "*", trigger: "test", ...more })).id);
  assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
  const stored = await database.sql`
    SELECT ticker, session::text AS session, sum FROM silver.sums WHERE _until IS NULL ORDER BY ticker, session`;
  const total = new Map<string, number>();
  const expected = bars.toSorted((a, b) => `${a.ticker} ${a.session}` < `${b.ticker} ${b.session}` ? -1 : 1).map(
    ({ ticker, session, close }) => {
      total.set(ticker, (total.get(ticker) ?? 0) + close);
      return { ticker, session, sum: total.get(ticker)! };
    },
  );
  assert.deepEqual(stored.map((row) => ({ ...row })), expected);
  return carried;
}

onEachDatabase("Rows that are settled")(
  "carry a new session on, and nothing after a change",
  { assets: [prices, sums] },
  async (tiny) => {
    bars = history(5);
    assert.deepEqual(await make(tiny), [{ A: null, B: null }]);
    bars = history(6);
    assert.deepEqual(await make(tiny), [{ A: dates[4], B: dates[4] }]);

    // A corrected bar: its ticker from there on, carried on from the session before.
    bars = history(6).map((bar) => bar.ticker === "B" && bar.session === dates[3] ? { ...bar, close: 40 } : bar);
    assert.deepEqual(await make(tiny), [{ B: dates[2] }]);
    bars = [...bars, { ticker: "A", session: dates[6]!, close: 7 }, { ticker: "B", session: dates[6]!, close: 7 }];
    assert.deepEqual(await make(tiny), [{ A: dates[5], B: dates[5] }]);

    // The first bar is corrected together with a new session: nothing before it is settled.
    bars = [
      ...bars.map((bar) => bar.ticker === "A" && bar.session === dates[0] ? { ...bar, close: 0.5 } : bar),
      { ticker: "B", session: dates[7]!, close: 8 },
    ];
    assert.deepEqual(await make(tiny), [{ A: null, B: dates[6] }]);
    assert.deepEqual(await make(tiny, { force: true }), [{ A: null, B: null }]);

    // Made again from the first close: the same rows, bit by bit.
    carried = [];
    const [replay] = await tiny.engine.replay("sums", { filters: equalTo({ ticker: "B", session: dates[7]! }) });
    assert.equal(replay!.same, true);
    assert.deepEqual(carried.flatMap((call) => Object.values(call)).filter((from) => from !== null), []);
  },
);

onEachDatabase("Rows that are settled")(
  "give the sums of all closes whatever changes",
  { assets: [prices, sums] },
  async (tiny) => {
    const random = pseudoRandom(11);
    const any = (count: number) => Math.floor(random() * count);
    bars = history(6);
    await make(tiny);
    for (let i = 0; i < 8; i++) {
      const [kind, at] = [any(3), any(bars.length)];
      if (kind === 0) bars = bars.with(at, { ...bars[at]!, close: any(100) });
      else if (kind === 1) bars = bars.filter((_, place) => place !== at);
      else {
        const bar = { ticker: ["A", "B", "C"][any(3)]!, session: dates[any(12)]!, close: any(100) };
        bars = [...bars.filter(({ ticker, session }) => ticker !== bar.ticker || session !== bar.session), bar];
      }
      await make(tiny);
    }
  },
);
