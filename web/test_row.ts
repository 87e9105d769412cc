/** A statistic of a pair, beside what it must be. */
export interface TestRow {
  title: string;
  hint: string;
  value: string;
  /** What the value must be, where it is a criterion. */
  wanted?: string;
  /** Its name among the criteria that failed. */
  criterion?: string;
  /** Why it was not judged: another criterion had refused the pair, or the source does not say. */
  unjudged?: "not tested" | "not known";
}
