import type { RetryPolicy } from "../../resources/backoff.ts";
import { DefinitionError, isFatal, retryableOf } from "../errors.ts";

export { pause, retryDelayMs, type RetryPolicy } from "../../resources/backoff.ts";

/** Number and timing of the attempts of a failing step. */
export interface StepRetryPolicy extends RetryPolicy {
  /**
   * `any`: all errors of the function, unless the error or a cause of it has `retryable: false` or `fatal: true`. `retryable`: only
   * errors with `retryable: true`.
   */
  errors: "any" | "retryable";
}

/** For assets that declare no retry. */
export const defaultRetry: StepRetryPolicy = {
  maxAttempts: 3,
  initialDelayMs: 1_000,
  maxDelayMs: 60_000,
  errors: "retryable",
};

/**
 * The policy of an asset. A declared retry applies to any error.
 *
 * @throws {DefinitionError} If the attempts are not a positive integer, or a delay is negative.
 */
export function retryPolicyOf(key: string, declared: Partial<StepRetryPolicy> | undefined): StepRetryPolicy {
  if (declared === undefined) return defaultRetry;
  const policy: StepRetryPolicy = { ...defaultRetry, errors: "any", ...declared };
  if (!Number.isSafeInteger(policy.maxAttempts) || policy.maxAttempts < 1) {
    throw new DefinitionError(
      `The retry of "${key}" allows ${policy.maxAttempts} tries; maxAttempts must be a whole number of at least 1.`,
    );
  }
  for (const name of ["initialDelayMs", "maxDelayMs"] as const) {
    if (policy[name] >= 0) continue;
    throw new DefinitionError(`The retry of "${key}" has ${name} ${policy[name]}; it must not be negative.`);
  }
  return policy;
}

/** Whether a policy allows another attempt after this error, regardless of the number of attempts. */
export function isTriedAgain(error: unknown, { errors }: Pick<StepRetryPolicy, "errors">): boolean {
  const said = retryableOf(error);
  return said ?? (errors === "any" && !isFatal(error));
}
