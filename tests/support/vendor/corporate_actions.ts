import type { Split } from "./bars.ts";
import { drawsOf, type Instrument } from "./instruments.ts";

export interface Dividend {
  id: string;
  ticker: string;
  exDate: string;
  cash: number;
  frequency: number;
  distributionType: string;
}

const SESSIONS_A_QUARTER = 63;
const DIVIDEND_KIND = 4;

/** Every sixth instrument splits once: two for one, three for two, or one for ten. */
export function firstSplits(instruments: readonly Instrument[], sessions: readonly string[]): Split[] {
  const ratios = [[1, 2], [2, 3], [10, 1]] as const;
  return instruments.filter(({ stream, listed }) => listed && stream % 6 === 1).map((instrument) => {
    const [from, to] = ratios[Math.floor(instrument.stream / 6) % ratios.length]!;
    const executionDate = sessions[Math.floor((0.3 + (instrument.stream % 5) / 10) * (sessions.length - 1))]!;
    return { id: actionId("S", instrument.ticker, executionDate), ticker: instrument.ticker, executionDate, from, to };
  });
}

/** Every fourth instrument pays quarterly dividends. A pure function of the session index, so that a longer market has more of them. */
export function regularDividends(
  seed: number,
  instruments: readonly Instrument[],
  sessions: readonly string[],
): Dividend[] {
  const found: Dividend[] = [];
  for (const instrument of instruments) {
    const { stream, ticker, listed, listedOn, delistedOn } = instrument;
    if (!listed || stream % 4 !== 0) continue;
    const draws = drawsOf(seed, instrument, DIVIDEND_KIND);
    for (let i = 7 + stream % 40; i < sessions.length; i += SESSIONS_A_QUARTER) {
      const exDate = sessions[i]!;
      if (exDate < listedOn || (delistedOn !== null && exDate >= delistedOn)) continue;
      const cash = Math.round(100 * (0.1 + 0.4 * draws.uniform(i))) / 100;
      found.push({
        id: actionId("D", ticker, exDate),
        ticker,
        exDate,
        cash,
        frequency: 4,
        distributionType: "recurring",
      });
    }
  }
  return found;
}

/** An id of an action that does not depend on other actions. */
export function actionId(kind: string, ticker: string, date: string): string {
  return `${kind}${date.replaceAll("-", "")}${
    [...ticker].map((c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join("")
  }`;
}
