/** Names and values that tell the samples of a family apart. Few of them, and never anything that a caller can choose. */
export type Labels = Readonly<Record<string, string>>;

/** One number. */
export interface Sample {
  labels: Labels;
  value: number;
}

/** How often something took how long. */
export interface Distribution {
  labels: Labels;
  /** How many were at most as long as each bound of the family and longer than the bound before; one more for the rest. */
  counts: readonly number[];
  sum: number;
}

/**
 * What is measured under one name. The name of a counter is without the `_total` that its samples end with; an `info` has one sample
 * whose labels are what it says.
 */
export type MetricFamily =
  & {
    name: string;
    /** One sentence; says whether it is of this process or of the installation. */
    help: string;
  }
  & (
    | { type: "counter" | "gauge" | "info"; samples: readonly Sample[] }
    | { type: "histogram"; bounds: readonly number[]; distributions: readonly Distribution[] }
  );

/** Upper bounds in seconds for interactive answers. */
export const requestBoundsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Upper bounds in seconds for work in the background. */
export const workBoundsSeconds = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400];
