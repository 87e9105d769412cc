/** Serves one asset with ROWS rows, from the database of the environment. */
import { z } from "zod";
import { assetsWith, Scheduler, silentLogger } from "../../engine/mod.ts";
import { systemClock } from "../../resources/clock.ts";
import { openDatabase } from "../../resources/database/mod.ts";
import { api } from "../../routes/mod.ts";
import { weekdays } from "../../tests/support/bars.ts";
import { materialize, openEngine } from "../bench_engine.ts";

const count = Number(Deno.env.get("ROWS"));
const sessions = weekdays(1_000);
const wide = assetsWith<unknown>().asset({
  key: "wide",
  group: "bench",
  layer: "gold",
  description: "Random bars.",
  row: z.object({
    ticker: z.string(),
    session: z.iso.date(),
    open: z.number(),
    high: z.number(),
    low: z.number(),
    close: z.number(),
    volume: z.int(),
    note: z.string().nullable(),
  }),
  primaryKey: ["ticker", "session"],
  materialize: () => ({
    rows: Array.from({ length: count }, (_, i) => {
      const close = 100 + 10 * Math.sin(i / 700);
      return {
        ticker: `T${String(Math.floor(i / sessions.length)).padStart(4, "0")}`,
        session: sessions[i % sessions.length]!,
        open: close * 0.999,
        high: close * 1.01,
        low: close * 0.99,
        close,
        volume: 1_000 + i,
        note: i % 3 === 0 ? null : "as simulated",
      };
    }),
  }),
});

const database = await openDatabase({
  databaseUrl: Deno.env.get("DATABASE_URL") || undefined,
  dataDir: Deno.env.get("DATA_DIR") ?? "",
});
const engine = await openEngine({ assets: [wide], database });
await materialize(engine);
const scheduler = new Scheduler({ engine, database, clock: systemClock, schedules: [], logger: silentLogger });
const app = api({ engine, scheduler, logger: silentLogger, ready: () => Promise.resolve([]) });
Deno.serve({
  port: 0,
  hostname: "127.0.0.1",
  onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
}, app.fetch);
