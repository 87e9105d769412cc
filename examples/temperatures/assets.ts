import { assetsWith, cutBy, daysUntilNow, eager, everyRow, identity, newest, reads } from "@tandem/tandem/engine";
import { z } from "zod";

/** Outside resources of the assets. */
export interface Resources {
  /** The mean temperature of a day in °C, by station. */
  temperatures(day: string): Promise<Record<string, number>>;
}
const { asset } = assetsWith<Resources>();

/** Partitioned by day: each day is requested once, and a failed day again. */
export const readings = asset({
  key: "readings",
  group: "weather",
  layer: "raw",
  description: "Mean temperature of each station and day, as received.",
  automation: eager(),
  row: z.object({ day: z.iso.date(), station: z.string(), celsius: z.number() }),
  primaryKey: ["day", "station"],
  partitionedBy: { date: "day" },
  partitionsDef: {
    wanted: ({ clock }) => ({ dates: daysUntilNow({ from: "2026-01-01", clock, timeZone: "UTC" }) }),
    chunks: cutBy({ dates: 100 }),
  },
  checks: [
    everyRow(
      "celsius_possible",
      "a temperature on earth",
      ({ celsius }: { celsius: number }) => celsius > -90 && celsius < 60,
    ),
  ],
  async materialize({ partitions, resources }) {
    const days = partitions.dates.map(async (day) =>
      Object.entries(await resources.temperatures(day)).map(([station, celsius]) => ({ day, station, celsius }))
    );
    return { rows: (await Promise.all(days)).flat() };
  },
});

/** Each day depends on the readings of that day alone. */
export const warmest = asset({
  key: "warmest",
  group: "weather",
  layer: "gold",
  description: "The warmest station of each day.",
  automation: eager(),
  deps: { readings: reads(readings, identity) },
  row: z.object({ day: z.iso.date(), station: z.string(), celsius: z.number() }),
  primaryKey: ["day"],
  partitionedBy: { date: "day" },
  partitionsDef: { wanted: ({ upstream }) => ({ dates: upstream.readings.space.dates }) },
  async materialize({ inputs }) {
    const byDay = Map.groupBy(await inputs.readings.rows(), ({ day }) => day);
    return { rows: [...byDay.values()].map((rows) => rows.reduce((a, b) => (b.celsius > a.celsius ? b : a))) };
  },
});

/** Without partitions; reads the newest day. */
export const today = asset({
  key: "today",
  group: "weather",
  layer: "gold",
  description: "The newest day's temperatures, warmest first.",
  automation: eager(),
  deps: { readings: reads(readings, newest) },
  row: z.object({ rank: z.int(), station: z.string(), celsius: z.number() }),
  primaryKey: ["rank"],
  async materialize({ inputs }) {
    const rows = (await inputs.readings.rows()).toSorted((a, b) => b.celsius - a.celsius);
    return { rows: rows.map(({ station, celsius }, i) => ({ rank: i + 1, station, celsius })) };
  },
});
