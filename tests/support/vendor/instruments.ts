import { type RandomStream, randomStream } from "../../../resources/market_data/simulated/random.ts";

/** An instrument on the double's market. */
export interface Instrument {
  ticker: string;
  /** Absent if the vendor's listing lacks it. */
  name?: string;
  type: string;
  exchange: string;
  cik?: string;
  compositeFigi?: string;
  shareClassFigi?: string;
  /** First session, as a New York date. */
  listedOn: string;
  /** First date on which it no longer trades. */
  delistedOn: string | null;
  /** Whether it is in the listing. Others are only in grouped bars. */
  listed: boolean;
  /** Stream of its random numbers. */
  stream: number;
}

/** The draws of an instrument by `kind`, independent of all others. */
export function drawsOf(seed: number, { stream }: Instrument, kind: number): RandomStream {
  return randomStream(seed, stream * 16 + kind);
}

const FIRST_STREAM = { etf: 0, stock: 100_000, delisted: 200_000, unlisted: 300_000, added: 400_000 };

/** A symbol of four letters whose first letter is the kind. */
function symbol(initial: string, index: number): string {
  const letter = (power: number) => String.fromCharCode(65 + Math.floor(index / 26 ** power) % 26);
  return initial + letter(2) + letter(1) + letter(0);
}

/**
 * The initial instruments: `etfs` active ETFs on XNAS, also stocks on XNAS and XNYS, preferred shares that differ from a stock
 * only by case, symbols with dots and with more than ten characters, ETFs that are delisted later, one that is listed later, and
 * unlisted instruments. Some have no name, CIK or FIGI.
 *
 * @param sessions Sessions of the first window, oldest first.
 */
export function firstInstruments(etfs: number, sessions: readonly string[]): Instrument[] {
  const at = (share: number) => sessions[Math.floor(share * (sessions.length - 1))]!;
  const first = sessions[0]!;
  const found: Instrument[] = [];
  const add = (ticker: string, stream: number, more: Partial<Instrument>) =>
    found.push(instrument({ ticker, stream, listedOn: first, type: "ETF", exchange: "XNAS", ...more }));

  for (let i = 0; i < etfs; i++) {
    const ticker = i === 2 ? "ELONGSYMBOL.A" : symbol("E", i);
    add(ticker, FIRST_STREAM.etf + i, { listedOn: i === 5 ? at(1 / 3) : first });
  }

  const stocks: [string, string, string][] = [
    ["AMPB", "CS", "XNAS"],
    ["AMpB", "PFD", "XNYS"],
    ["BRK.B", "CS", "XNYS"],
    ["CIG.C", "CS", "XNYS"],
    ["KIMpL", "PFD", "XNYS"],
  ];
  const plain = Math.max(3, Math.floor(etfs / 10));
  for (let i = 0; i < plain; i++) stocks.push([symbol("S", i), "CS", i % 2 === 0 ? "XNAS" : "XNYS"]);
  stocks.forEach(([ticker, type, exchange], i) => add(ticker, FIRST_STREAM.stock + i, { type, exchange }));

  const delisted = Math.max(2, Math.floor(etfs / 20));
  for (let i = 0; i < delisted; i++) {
    add(symbol("D", i), FIRST_STREAM.delisted + i, { delistedOn: at((i + 1) / (delisted + 1)) });
  }

  add("ZVZZT", FIRST_STREAM.unlisted, { type: "CS", listed: false });
  add("ZZGONE", FIRST_STREAM.unlisted + 1, { type: "CS", listed: false, delistedOn: at(1 / 2) });
  return found;
}

/** Adds missing fields; some optional ones stay missing. */
export function instrument(
  given: Partial<Instrument> & Pick<Instrument, "ticker" | "listedOn" | "stream">,
): Instrument {
  const { stream } = given;
  const digits = (length: number) => String((stream * 7919 + 1_018_724) % 10 ** length).padStart(length, "0");
  return {
    type: "CS",
    exchange: "XNAS",
    delistedOn: null,
    listed: true,
    ...(stream % 11 === 4 ? {} : { name: `${given.ticker} ${given.type === "ETF" ? "Trust" : "Company"}` }),
    ...(stream % 5 === 2 ? {} : { cik: digits(10) }),
    ...(stream % 7 === 3 ? {} : { compositeFigi: `BBG${digits(9)}` }),
    ...(stream % 7 === 3 || stream % 13 === 6 ? {} : { shareClassFigi: `BBG001${digits(6)}` }),
    ...given,
  };
}

/** The stream of the added instrument with index `index`. */
export function addedStream(index: number): number {
  return FIRST_STREAM.added + index;
}
