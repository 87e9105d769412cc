import { MarketDataError } from "./market_data.ts";

/**
 * Scope of a failure:
 * - `call`: this call only. Another session or ticker may succeed, as may this one later if the error is retryable.
 * - `endpoint`: every call of its kind, until the plan changes: continuing would waste calls.
 * - `all`: every call, until a setting changes.
 */
export type FailureScope = "call" | "endpoint" | "all";

export interface VendorErrorOptions {
  /** HTTP status; `null` without a response, or if it was not understood. */
  status: number | null;
  /** Path of the call, without its query. */
  endpoint: string;
  retryable: boolean;
  scope: FailureScope;
  cause?: unknown;
}

/** A failed call to a vendor. The message names the endpoint, the vendor's message and the remedy, and never contains the key. */
export class VendorError extends MarketDataError {
  override readonly name: string = "VendorError";
  readonly status: number | null;
  readonly endpoint: string;
  readonly scope: FailureScope;

  constructor(message: string, { status, endpoint, retryable, scope, cause }: VendorErrorOptions) {
    super(message, { cause, retryable });
    this.status = status;
    this.endpoint = endpoint;
    this.scope = scope;
  }

  /** Whether further calls would fail too, and should not be made. */
  get stopsFurtherCalls(): boolean {
    return this.scope !== "call";
  }

  /** The same, under the name that the engine reads from any error. */
  get fatal(): boolean {
    return this.stopsFurtherCalls;
  }
}
