/** Names and values that distinguish the samples of a family. Few of them, and never chosen by a caller. */
export type Labels = Readonly<Record<string, string>>;

/** One number. */
export interface Sample {
  labels: Labels;
  value: number;
}

/** A histogram of durations. */
export interface Distribution {
  labels: Labels;
  /** Number of durations up to each bound of the family and above the previous bound; one more for the rest. */
  counts: readonly number[];
  sum: number;
}

/** A metric. The name of a counter lacks the `_total` of its samples; an `info` has one sample with the information in its labels. */
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
