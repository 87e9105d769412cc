import { MarketDataError } from "./market_data.ts";

/**
 * How far a failure reaches:
 * - `call`: this call only. Another session or ticker may be had; so may this one later, where the error is retryable.
 * - `endpoint`: every call of its kind, until the plan is another: going on would spend calls for nothing.
 * - `all`: every call, until a setting is another.
 */
export type FailureScope = "call" | "endpoint" | "all";

export interface VendorErrorOptions {
  /** HTTP status, or `null` where no answer was had or what came could not be understood. */
  status: number | null;
  /** Path of the call, without its query. */
  endpoint: string;
  retryable: boolean;
  scope: FailureScope;
  cause?: unknown;
}

/** A vendor did not answer a call. The message names the endpoint, what it said and the remedy, and never shows the key. */
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

  /** Whether the calls that would follow are bound to fail too, and so should not be made. */
  get stopsFurtherCalls(): boolean {
    return this.scope !== "call";
  }

  /** The same under the name that the engine asks of errors of any kind. */
  get fatal(): boolean {
    return this.stopsFurtherCalls;
  }
}
