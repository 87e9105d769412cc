import type { Labels, MetricFamily } from "./metric_family.ts";

/** A measurement that this process updates and each scrape reads. */
export interface Instrument {
  family(): MetricFamily;
}

interface InstrumentOptions<Name extends string> {
  /** Without `_total`. */
  name: string;
  help: string;
  labels: readonly Name[];
  /** Maximum number of label combinations; further ones are counted under `other` in each label. */
  maxSeries?: number;
}

/** Above the number of combinations of routes, methods and status classes. */
const defaultMaxSeries = 500;

/** A value for each combination of labels, up to a maximum number of combinations. */
class Series<Name extends string, Value> {
  readonly #values = new Map<string, { labels: Labels; value: Value }>();

  constructor(private readonly options: InstrumentOptions<Name>, private readonly make: () => Value) {}

  of(labels: Readonly<Record<Name, string>>): { value: Value } {
    const { labels: names, maxSeries = defaultMaxSeries } = this.options;
    const keyOf = (values: readonly string[]) => JSON.stringify(values);
    let values = names.map((name) => labels[name]);
    let found = this.#values.get(keyOf(values));
    if (!found && this.#values.size >= maxSeries) {
      values = names.map(() => "other");
      found = this.#values.get(keyOf(values));
    }
    if (!found) {
      found = { labels: Object.fromEntries(names.map((name, i) => [name, values[i]!])), value: this.make() };
      this.#values.set(keyOf(values), found);
    }
    return found;
  }

  all(): { labels: Labels; value: Value }[] {
    return [...this.#values.values()];
  }
}

/** A number that only increases while the process lives. */
export class Counter<Name extends string = never> implements Instrument {
  readonly #series: Series<Name, number>;

  constructor(private readonly options: InstrumentOptions<Name>) {
    this.#series = new Series(options, () => 0);
  }

  add(labels: Readonly<Record<Name, string>>, amount = 1): void {
    this.#series.of(labels).value += amount;
  }

  family(): MetricFamily {
    const { name, help } = this.options;
    return { type: "counter", name, help, samples: this.#series.all().map(({ labels, value }) => ({ labels, value })) };
  }
}

/** A number that increases and decreases. */
export class UpDown implements Instrument {
  #value = 0;

  constructor(private readonly options: { name: string; help: string }) {}

  add(amount: 1 | -1): void {
    this.#value += amount;
  }

  family(): MetricFamily {
    return { type: "gauge", ...this.options, samples: [{ labels: {}, value: this.#value }] };
  }
}

/** Durations, counted by upper bounds in ascending order. */
export class Histogram<Name extends string = never> implements Instrument {
  readonly #series: Series<Name, { counts: number[]; sum: number }>;

  constructor(private readonly options: InstrumentOptions<Name> & { bounds: readonly number[] }) {
    this.#series = new Series(options, () => ({ counts: new Array(options.bounds.length + 1).fill(0), sum: 0 }));
  }

  observe(labels: Readonly<Record<Name, string>>, value: number): void {
    const { bounds } = this.options;
    const at = bounds.findIndex((bound) => value <= bound);
    const seen = this.#series.of(labels).value;
    seen.counts[at === -1 ? bounds.length : at]!++;
    seen.sum += value;
  }

  family(): MetricFamily {
    const { name, help, bounds } = this.options;
    const distributions = this.#series.all().map(({ labels, value: { counts, sum } }) => ({
      labels,
      counts: [...counts],
      sum,
    }));
    return { type: "histogram", name, help, bounds, distributions };
  }
}
