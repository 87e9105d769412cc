/** A statistic of a pair with its threshold. */
export interface TestRow {
  title: string;
  hint: string;
  value: string;
  /** The required value, if the statistic is a criterion. */
  wanted?: string;
  /** Its name among the failed criteria. */
  criterion?: string;
  /** Why it was not evaluated: another criterion had rejected the pair, or the source lacks the data. */
  unjudged?: "not tested" | "unknown";
}
