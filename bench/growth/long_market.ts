import { gunzipSync } from "node:zlib";
import { nyse } from "../../resources/exchange_calendar/mod.ts";

/** A bar's fields after ticker and date, as text. */
type Fields = [open: string, high: string, low: string, close: string, volume: string, dividend: string, split: string];

/**
 * Years of bars made from a short file: the file itself at the end, before it its mirror image in time, before that the file
 * again, and so on, on the exchange's sessions. Prices are continuous at mirrors; in a mirror image a split of r is one of 1/r,
 * in the session in which the mirrored price moves.
 */
export class LongMarket {
  readonly header = "ticker,date,open,high,low,close,volume,dividend,split";
  /** Ascending. */
  readonly sessions: readonly string[];
  readonly #bars: ReadonlyMap<string, ReadonlyMap<number, Fields>>;
  readonly #length: number;

  /** @param path A gzipped file with the columns of `header`, with each ticker's rows in order of date. */
  constructor(path: string, count: number) {
    const lines = new TextDecoder().decode(gunzipSync(Deno.readFileSync(path))).trimEnd().split("\n");
    if (lines[0] !== this.header) throw new RangeError(`${path} has the columns ${lines[0]}.`);
    const rows = lines.slice(1).map((line) => line.split(","));
    const dates = [...new Set(rows.map((row) => row[1]!))].sort();
    const place = new Map(dates.map((date, t) => [date, t]));
    const bars = new Map<string, Map<number, Fields>>();
    for (const [ticker, date, ...fields] of rows) {
      let own = bars.get(ticker!);
      if (!own) bars.set(ticker!, own = new Map());
      own.set(place.get(date!)!, fields as Fields);
    }
    this.#bars = bars;
    this.#length = dates.length;
    const sessions = [...dates];
    while (sessions.length < count) sessions.unshift(nyse.previousSession(sessions[0]!));
    this.sessions = sessions.slice(-count);
  }

  /** Writes the bars of the sessions before `end` to a file. */
  async write(path: string, end: number): Promise<void> {
    using file = await Deno.open(path, { write: true, create: true, truncate: true });
    const writer = file.writable.getWriter();
    const encoder = new TextEncoder();
    await writer.write(encoder.encode(`${this.header}\n`));
    for (const [ticker, own] of this.#bars) {
      let text = "";
      for (let s = 0; s < end; s++) {
        const fields = this.#fields(own, this.sessions.length - 1 - s);
        if (fields) text += `${ticker},${this.sessions[s]},${fields.join(",")}\n`;
      }
      await writer.write(encoder.encode(text));
    }
    await writer.close();
  }

  /** @param ago Number of sessions before the last. */
  #fields(own: ReadonlyMap<number, Fields>, ago: number): Fields | undefined {
    const within = ago % this.#length;
    const mirrored = Math.floor(ago / this.#length) % 2 === 1;
    if (!mirrored) return own.get(this.#length - 1 - within);
    const fields = own.get(within);
    if (!fields) return undefined;
    const split = Number(own.get(within + 1)?.[6] ?? 1);
    return fields.with(6, String(1 / split)) as Fields;
  }
}
