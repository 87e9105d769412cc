import { pseudoRandom } from "../pseudo_random.ts";

/** All known faults of the vendor, by name. */
export const faultNames = [
  // Instead of a response.
  "hang",
  "connection_reset",
  "too_many_requests",
  "too_many_requests_without_header",
  "too_many_requests_empty",
  "error_500",
  "error_502",
  "error_503",
  "redirect_elsewhere",
  "not_authorized_date",
  "not_authorized_plan",
  // In the body of a response.
  "null_results",
  "duplicate_rows",
  "delayed_status",
  "count_mismatch",
  "next_url_elsewhere",
  "next_url_port",
  "missing_field",
  "wrong_type",
  "unusable_rows",
  "rows_of_strangers",
  "blank_bars",
  "doubled_events",
  "adjacent_events",
  // In transmission.
  "truncated_json",
  "slow_body",
] as const;
export type FaultName = typeof faultNames[number];

/** Faults that fail a call, so that its dependents wait. */
export const failingFaults: readonly FaultName[] = ["redirect_elsewhere", "not_authorized_date", "not_authorized_plan"];

/** Faults that cost rows, each of which is reported; a response with a single result fails. */
export const rowFaults: readonly FaultName[] = ["missing_field", "wrong_type", "unusable_rows"];

/** Faults that a client passes on, and that its callers must tolerate. */
export const repeatingFaults: readonly FaultName[] = [
  "rows_of_strangers",
  "blank_bars",
  "doubled_events",
  "adjacent_events",
];

/** Faults that a client must handle without a difference in its results, each on its own. */
export const survivableFaults: readonly FaultName[] = faultNames.filter((name) =>
  ![...failingFaults, ...rowFaults, ...repeatingFaults].includes(name)
);

export interface FaultSetting {
  /** Probability per call; 1 by default. */
  probability?: number;
  /** Ends after this many calls. */
  times?: number;
  /** Selects calls; all by default. */
  when?: (call: { endpoint: string; path: string; query: Readonly<Record<string, string>> }) => boolean;
}

/** Switches for faults. Random ones are drawn from a seed, one draw per fault and call. */
export class Faults {
  readonly #random: () => number;
  readonly #settings = new Map<FaultName, Required<FaultSetting>>();
  /** Value of `Retry-After`: seconds, or an HTTP date. */
  retryAfter = "1";
  /** Duration of a slow body. */
  slowBodyMs = 10_000;

  constructor(seed: number) {
    this.#random = pseudoRandom(seed);
  }

  set(name: FaultName, setting: FaultSetting = {}): void {
    if (!faultNames.includes(name)) {
      throw new RangeError(`No fault is called ${name}. There are ${faultNames.join(", ")}.`);
    }
    this.#settings.set(name, { probability: 1, times: Infinity, when: () => true, ...setting });
  }

  /** Ends one fault, or all. */
  clear(name?: FaultName): void {
    if (name === undefined) this.#settings.clear();
    else this.#settings.delete(name);
  }

  /** The faults of a call, in the order of {@link faultNames}. */
  draw(call: Parameters<NonNullable<FaultSetting["when"]>>[0]): ReadonlySet<FaultName> {
    const drawn = new Set<FaultName>();
    for (const name of faultNames) {
      const setting = this.#settings.get(name);
      if (setting === undefined || setting.times <= 0 || !setting.when(call)) continue;
      if (this.#random() >= setting.probability) continue;
      setting.times--;
      drawn.add(name);
    }
    return drawn;
  }
}
