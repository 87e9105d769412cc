import { type UnusableRow, VendorError } from "../../resources/market_data/mod.ts";

/** For more tickers an answer is as it is: each costs a call. */
const MOST_TICKERS = 5;

type OnUnusable = (row: UnusableRow) => void;

/**
 * What a vendor answers; where a row of a followed ticker cannot be used, the ticker is asked for by itself once more, and that answer
 * counts. Without it a split would be missing until the next session, and a bar or dividend of a session that is not read again for good.
 *
 * @param ask.all Asks for everything.
 * @param ask.one Asks for the same of one ticker.
 * @param options.isWanted Whether a row that cannot be used is worth a call, by its ticker and session.
 * @param options.onUnusable Called with each row that cannot be used in what counts.
 */
export async function askedAgain<Row extends { ticker: string }>(
  ask: { all(onUnusable: OnUnusable): Promise<Row[]>; one(ticker: string, onUnusable: OnUnusable): Promise<Row[]> },
  { isWanted, onUnusable }: {
    isWanted: (ticker: string, session: string | null) => boolean;
    onUnusable: OnUnusable;
  },
): Promise<Row[]> {
  const faults = new Map<string, UnusableRow[]>();
  let rows = await ask.all((row) => {
    if (row.ticker === null || !isWanted(row.ticker, row.session)) onUnusable(row);
    else if (!faults.get(row.ticker)?.push(row)) faults.set(row.ticker, [row]);
  });
  let left = MOST_TICKERS;
  for (const [ticker, told] of faults) {
    const again: UnusableRow[] = [];
    const answered = left-- > 0 ? await orRefused(ask.one(ticker, (row) => again.push(row))) : null;
    if (answered) rows = [...rows.filter((row) => row.ticker !== ticker), ...answered];
    for (const row of answered ? again : told) onUnusable(row);
  }
  return rows;
}

/** An answer, or `null` where the vendor refuses this one call. */
async function orRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable || error.stopsFurtherCalls) throw error;
    return null;
  }
}
