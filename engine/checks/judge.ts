import { isRetryable, messageOf } from "../errors.ts";
import type { NewCheckResult } from "../store/check_ledger.ts";
import { type Check, type CheckedRows, type CheckOutcome, sampleSize } from "../declare/check.ts";

/**
 * Result of a check, with a bounded sample of failing rows.
 *
 * A check that throws has failed, with the error as its message: a warning must not block good rows by a fault of its own, and a
 * blocking check must not pass rows that it could not test. Retryable errors are rethrown.
 */
export async function judge(check: Check<unknown>, rows: CheckedRows<unknown>): Promise<CheckOutcome> {
  try {
    const { passed, message, failingRows } = await check.check(rows);
    return { passed, message, failingRows: failingRows?.slice(0, sampleSize) };
  } catch (error) {
    if (isRetryable(error)) throw error;
    return { passed: false, message: `the check itself failed: ${messageOf(error)}` };
  }
}

/** Results of an asset's checks, run one after the other. */
export async function judgeAll(
  key: string,
  checks: readonly Check<unknown>[],
  rows: CheckedRows<unknown>,
): Promise<NewCheckResult[]> {
  const results: NewCheckResult[] = [];
  for (const check of checks) {
    const { passed, message, failingRows = null } = await judge(check, rows);
    const { name, severity } = check;
    results.push({
      key,
      name,
      severity,
      blocking: check.blocking && severity === "error",
      passed,
      message,
      failingRows,
    });
  }
  return results;
}
