import type { PriceMatrix } from "../../quant/price_matrix.ts";

/** Reads a wide file of closes: `Timestamp`, then one column per ticker, blank for a missing close; tickers stay in file order. */
export function readWideCloses(path: string): PriceMatrix {
  const lines = Deno.readTextFileSync(path).trim().split(/\r?\n/);
  const tickers = lines[0]!.split(",").slice(1);
  const sessions: string[] = [];
  const closes = tickers.map(() => new Float64Array(lines.length - 1));
  lines.slice(1).forEach((line, t) => {
    const cells = line.split(",");
    // The timestamps are midnight in New York written in UTC, so that the UTC date is the session.
    sessions.push(cells[0]!.slice(0, 10));
    for (let i = 0; i < tickers.length; i++) closes[i]![t] = cells[i + 1] === "" ? NaN : Number(cells[i + 1]);
  });
  return { sessions, tickers, closes };
}
