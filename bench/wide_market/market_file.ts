import { nyse } from "../../resources/exchange_calendar/mod.ts";
import { randomStream } from "../../resources/market_data/simulated/random.ts";

const SECTORS = 11;
const INDUSTRY_TICKERS = 10;
const YEAR_SESSIONS = 252;
const QUARTER_SESSIONS = 63;

export const HEADER = "ticker,date,open,high,low,close,volume,dividend,split";

/** The last `count` sessions up to `last`, ascending. */
export function sessionsUntil(last: string, count: number): string[] {
  const sessions = [last];
  while (sessions.length < count) sessions.push(nyse.previousSession(sessions.at(-1)!));
  return sessions.reverse();
}

/**
 * Writes a wide market as a gzipped CSV file, ticker by ticker.
 *
 * Log prices are random walks: a market, eleven sectors, industries of ten tickers and each ticker's own. In every second industry
 * the second ticker follows the first one at a spread that reverts within 3 to 20 sessions. Half of the tickers pay dividends, one
 * of twenty splits each year, one of thirty is listed or delisted within the sessions, and one bar of 500 is missing.
 *
 * @returns The planted pairs, and the number of bars.
 */
export async function writeMarket(
  path: string,
  { tickers, sessions, seed = 1 }: { tickers: number; sessions: readonly string[]; seed?: number },
): Promise<{ planted: [string, string][]; bars: number }> {
  const count = sessions.length;
  const width = String(tickers - 1).length;
  const symbolOf = (i: number) => `T${String(i).padStart(width, "0")}`;
  const walk = (stream: number, volatility: number) => {
    const random = randomStream(seed, stream);
    let level = 0;
    return Float64Array.from({ length: count }, (_, t) => level += volatility * random.normal(t));
  };
  const market = walk(1, 0.0095);
  const sectorWalks = Array.from({ length: SECTORS }, (_, i) => walk(2 + i, 0.007 + 0.0005 * i));
  const planted: [string, string][] = [];
  let bars = 0;
  let industryWalk = market;
  let leader = market;

  async function* text(): AsyncGenerator<string> {
    yield `${HEADER}\n`;
    for (let i = 0; i < tickers; i++) {
      const industry = Math.floor(i / INDUSTRY_TICKERS);
      const place = i % INDUSTRY_TICKERS;
      const [traits, noise] = [randomStream(seed, 1_000 + 4 * i), randomStream(seed, 1_001 + 4 * i)];
      if (place === 0) industryWalk = walk(1_002 + 4 * i, 0.006);
      const sector = sectorWalks[industry % SECTORS]!;
      const base = Math.log(15 * 20 ** traits.uniform(0));
      let log: Float64Array<ArrayBuffer>;
      if (place === 1 && industry % 2 === 0) {
        log = follower(leader, traits);
        planted.push([symbolOf(i - 1), symbolOf(i)]);
      } else {
        const [marketBeta, sectorBeta] = [0.5 + traits.uniform(1), 0.6 + 0.8 * traits.uniform(2)];
        const own = walk(1_003 + 4 * i, 0.009 + 0.009 * traits.uniform(3));
        log = own.map((value, t) =>
          base + value + marketBeta * market[t]! + sectorBeta * sector[t]! + industryWalk[t]!
        );
      }
      if (place === 0) leader = log;
      const listed = traits.uniform(4) < 1 / 60 ? traits.integer(5, count) : 0;
      const delisted = traits.uniform(6) < 1 / 60 ? traits.integer(7, count) : count;
      const pays = traits.uniform(8) < 0.5 ? 0.002 + 0.006 * traits.uniform(9) : 0;
      const volume = 2e5 * 30 ** traits.uniform(10);
      let lines = "";
      let shares = 1;
      for (let t = listed; t < delisted; t++) {
        const draw = 8 * t;
        const splits = t % YEAR_SESSIONS === 100 && noise.uniform(draw) < 1 / 20;
        if (splits) shares *= 2;
        if (noise.uniform(draw + 1) < 1 / 500) continue;
        const close = Math.exp(log[t]!) / shares;
        const open = (t === 0 ? close : Math.exp(log[t - 1]!) / shares) * Math.exp(0.003 * noise.normal(draw + 2));
        const high = Math.max(open, close) * (1 + 0.01 * noise.uniform(draw + 4));
        const low = Math.min(open, close) * (1 - 0.01 * noise.uniform(draw + 5));
        const dividend = pays > 0 && (t + i) % QUARTER_SESSIONS === 0 ? (pays * close).toFixed(2) : 0;
        const prices = [open, high, low, close].map((price) => price.toFixed(2)).join();
        const traded = Math.round(volume * shares * (0.5 + noise.uniform(draw + 6)));
        lines += `${symbolOf(i)},${sessions[t]},${prices},${traded},${dividend},${splits ? 2 : 1}\n`;
        bars++;
      }
      yield lines;
    }
  }

  function follower(leading: Float64Array, traits: ReturnType<typeof randomStream>): Float64Array<ArrayBuffer> {
    const persistence = 0.5 ** (1 / (3 + 17 * traits.uniform(11)));
    const shock = 0.025 * Math.sqrt(1 - persistence ** 2);
    const [offset, beta] = [traits.uniform(12), 0.8 + 0.4 * traits.uniform(13)];
    let spread = 0;
    return leading.map((value, t) => {
      spread = persistence * spread + shock * traits.normal(100 + t);
      return offset + beta * value + spread;
    });
  }

  const file = await Deno.create(path);
  await ReadableStream.from(text())
    .pipeThrough(new TextEncoderStream())
    .pipeThrough(new CompressionStream("gzip"))
    .pipeTo(file.writable);
  return { planted, bars };
}
