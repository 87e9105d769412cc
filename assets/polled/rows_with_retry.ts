import { type UnusableRow, VendorError } from "../../resources/market_data/mod.ts";

/** Limit on tickers requested again, because each costs a call. */
const MOST_TICKERS = 5;

type OnUnusable = (row: UnusableRow) => void;

/**
 * Requests rows from a vendor. If a row of a followed ticker is unusable, the ticker is requested once more by itself, and that
 * response replaces its rows. Otherwise a split would be missing until the next session, and a bar or dividend of a session that
 * is not read again would be missing permanently.
 *
 * @param ask.all Requests everything.
 * @param ask.one Requests the same for one ticker.
 * @param options.isWanted Whether an unusable row is worth a call, by its ticker and session.
 * @param options.onUnusable Called with each unusable row of the final responses.
 */
export async function rowsWithRetry<Row extends { ticker: string }>(
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
  for (const [ticker, unusable] of faults) {
    const again: UnusableRow[] = [];
    const answered = left-- > 0 ? await orRefused(ask.one(ticker, (row) => again.push(row))) : null;
    if (answered) rows = [...rows.filter((row) => row.ticker !== ticker), ...answered];
    for (const row of answered ? again : unusable) onUnusable(row);
  }
  return rows;
}

/** A response, or `null` if the vendor refuses this single call. */
async function orRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof VendorError) || error.retryable || error.stopsFurtherCalls) throw error;
    return null;
  }
}
