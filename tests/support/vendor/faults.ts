import { pseudoRandom } from "../pseudo_random.ts";

/** Everything that the vendor is known to do, by name. */
export const faultNames = [
  // Instead of an answer.
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
  // In what is answered.
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
  // On the way.
  "truncated_json",
  "slow_body",
] as const;
export type FaultName = typeof faultNames[number];

/** Those for which a call fails, and what hangs on it waits. */
export const failingFaults: readonly FaultName[] = ["redirect_elsewhere", "not_authorized_date", "not_authorized_plan"];

/** Those that cost rows, each of which is told; an answer that is one thing alone fails. */
export const rowFaults: readonly FaultName[] = ["missing_field", "wrong_type", "unusable_rows"];

/** Those that a client hands on, and that what is made of its answers must get over. */
export const repeatingFaults: readonly FaultName[] = [
  "rows_of_strangers",
  "blank_bars",
  "doubled_events",
  "adjacent_events",
];

/** Those that a client must get over without a difference to what it answers, each for itself. */
export const survivableFaults: readonly FaultName[] = faultNames.filter((name) =>
  ![...failingFaults, ...rowFaults, ...repeatingFaults].includes(name)
);

export interface FaultSetting {
  /** Of a call having it; 1 by default. */
  probability?: number;
  /** It ends after so many calls had it. */
  times?: number;
  /** Calls it is for; all by default. */
  when?: (call: { endpoint: string; path: string; query: Readonly<Record<string, string>> }) => boolean;
}

/** Switches for faults. At random they are drawn from a seed, one draw a fault and call. */
export class Faults {
  readonly #random: () => number;
  readonly #settings = new Map<FaultName, Required<FaultSetting>>();
  /** What `Retry-After` says where it is sent: seconds, or an HTTP date. */
  retryAfter = "1";
  /** How long a slow body takes. */
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

  /** The faults that a call has, in the order of {@link faultNames}. */
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
