/** Returns of a year by month. */
export interface YearOfReturns {
  year: number;
  /** Twelve fractions, January first; `null` for a month without a session. */
  months: (number | null)[];
  /** Of the sessions in the year. */
  total: number;
}

/**
 * Returns by calendar month: from the last session of the previous month to the last session of the month; the first month starts
 * at the value `before`.
 *
 * @param equity One value for each session, ascending by date, positive.
 */
export function monthlyReturns(
  { sessions, equity }: { sessions: readonly string[]; equity: readonly number[] },
  { before }: { before: number },
): YearOfReturns[] {
  const years: YearOfReturns[] = [];
  let [monthBase, yearBase] = [before, before];
  sessions.forEach((session, t) => {
    const [year, month] = [Number(session.slice(0, 4)), Number(session.slice(5, 7)) - 1];
    if (years.at(-1)?.year !== year) years.push({ year, months: Array(12).fill(null), total: 0 });
    const next = sessions[t + 1];
    if (next?.slice(0, 7) === session.slice(0, 7)) return;
    const of = years.at(-1)!;
    of.months[month] = equity[t]! / monthBase - 1;
    of.total = equity[t]! / yearBase - 1;
    monthBase = equity[t]!;
    if (next?.slice(0, 4) !== session.slice(0, 4)) yearBase = equity[t]!;
  });
  return years;
}
