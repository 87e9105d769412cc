import { NUMBERS } from "./bar_columns.ts";
import type { DailyBars } from "./market_data.ts";

/** The first date on which two lists of bars, both in their order, have different ones; `null` if they are equal. */
export function firstDifference(bars: DailyBars, others: DailyBars): string | null {
  let first: string | null = null;
  const differsOn = (session: string) => {
    if (first === null || session < first) first = session;
  };
  const isVwapAlike = (bars.vwap === undefined) === (others.vwap === undefined);
  const isSame = (a: number, b: number) =>
    isVwapAlike && NUMBERS.every((name) => bars[name] === undefined || Object.is(bars[name][a], others[name]![b]));
  for (let a = 0, b = 0; a < bars.ticker.length || b < others.ticker.length;) {
    const order = a === bars.ticker.length
      ? 1
      : b === others.ticker.length
      ? -1
      : compared(bars.ticker[a]!, others.ticker[b]!) || compared(bars.session[a]!, others.session[b]!);
    if (order > 0) differsOn(others.session[b]!);
    else if (order < 0 || !isSame(a, b)) differsOn(bars.session[a]!);
    if (order <= 0) a++;
    if (order >= 0) b++;
  }
  return first;
}

function compared(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
