/**
 * The trading sessions of an exchange. Dates and sessions are `YYYY-MM-DD` in the exchange's own time zone.
 *
 * Every method throws {@link RangeError} for a string that is not a calendar date, and for a date outside the calendar's years.
 */
export interface ExchangeCalendar {
  /** First and last date of the calendar. */
  readonly firstDate: string;
  readonly lastDate: string;
  /** IANA name of the exchange's time zone. */
  readonly timeZone: string;
  /** Whether the exchange trades on `date`, shortened sessions included. */
  isSession(date: string): boolean;
  /** Sessions from `from` to `to`, both included, oldest first; none if `from` is after `to`. */
  sessionsBetween(from: string, to: string): string[];
  /** The last session before `date`, which need not be a session itself. */
  previousSession(date: string): string;
  /** The first session after `date`, which need not be a session itself. */
  nextSession(date: string): string;
  /** Opening time of `session`, delayed openings included. @throws {RangeError} If it is not a session. */
  openOf(session: string): Temporal.Instant;
  /** Closing time of `session`. @throws {RangeError} If it is not a session. */
  closeOf(session: string): Temporal.Instant;
  /** Whether `session` ends before the usual time. @throws {RangeError} If it is not a session. */
  closesEarly(session: string): boolean;
  /**
   * Whether the session after `session` lies in another ISO week, Monday to Sunday, or another month. Exactly one session of
   * every week or month that has sessions meets this.
   *
   * @throws {RangeError} If it is not a session.
   */
  isLastSessionOf(session: string, unit: "week" | "month"): boolean;
  /** The newest session whose close is at or before `instant`. */
  lastClosedSession(instant: Temporal.Instant): string;
}
