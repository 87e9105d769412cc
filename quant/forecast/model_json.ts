import { requireInteger } from "../validate.ts";

/** Reads the fields of a stored model, which may come from an untrusted source. */
export class ModelFields {
  readonly #method: string;
  readonly #fields: Record<string, unknown>;

  /** @throws {RangeError} If `json` is not an object that `method` made. */
  constructor(json: unknown, method: string) {
    if (typeof json !== "object" || json === null || (json as { method?: unknown }).method !== method) {
      const found = (json as { method?: unknown } | null | undefined)?.method;
      throw new RangeError(`A stored ${method} model is expected, got one whose method is ${JSON.stringify(found)}.`);
    }
    this.#method = method;
    this.#fields = json as Record<string, unknown>;
  }

  /** @throws {RangeError} If the field is not a finite number of at least `least`. */
  number(name: string, least = -Infinity): number {
    const value = this.#fields[name];
    if (typeof value !== "number" || !Number.isFinite(value) || value < least) throw this.#unreadable(name, value);
    return value;
  }

  /** @throws {RangeError} If the field is not an integer within the bounds. */
  integer(name: string, least: number, most = Infinity): number {
    const value = this.number(name);
    requireInteger(value, `${name} of a stored ${this.#method} model`, least, most);
    return value;
  }

  /** @throws {RangeError} If the field is not an array of finite numbers, of the length given. */
  numbers(name: string, length?: number): Float64Array {
    const value = this.#fields[name];
    if (
      !Array.isArray(value) || (length !== undefined && value.length !== length) ||
      !value.every((entry) => typeof entry === "number" && Number.isFinite(entry))
    ) {
      throw this.#unreadable(name, value);
    }
    return Float64Array.from(value);
  }

  /** The field as it is, for fields with their own reader. */
  raw(name: string): unknown {
    return this.#fields[name];
  }

  #unreadable(name: string, value: unknown): RangeError {
    const text = JSON.stringify(value) ?? "nothing";
    return new RangeError(
      `${name} of a stored ${this.#method} model cannot be read: ${text.slice(0, 40)}. Fit the model again.`,
    );
  }
}

/**
 * The value with −0 replaced by 0, since JSON has no −0: a model without −0 is the same after a round trip.
 *
 * @throws {RangeError} If the value is not finite.
 */
export function requireValue(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`value must be finite, got ${value}.`);
  return value + 0;
}
