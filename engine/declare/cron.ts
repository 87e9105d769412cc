import { Cron } from "croner";
import { DefinitionError, messageOf } from "../errors.ts";

/**
 * Parses a cron expression of five or six fields in a time zone. Where clocks change, a fixed time of day fires once a day.
 *
 * @param whose Its owner, as the beginning of a message: `Schedule "daily"`.
 * @throws {DefinitionError} If the expression or the time zone is invalid, or if no date ever matches the expression.
 */
export function parseCron(cron: string, timeZone: string, whose: string): Cron {
  try {
    new Intl.DateTimeFormat("en", { timeZone });
  } catch {
    throw new DefinitionError(
      `${whose} has the time zone "${timeZone}", which is not an IANA name such as America/New_York.`,
    );
  }
  let parsed: Cron;
  try {
    // Where clocks change, "30 2,14 * * *" is a fixed time like "30 2 * * *": without this rule croner would skip its 02:30 in
    // March, which does not exist, and fire "30 1,13 * * *" twice in November, when 01:30 occurs twice.
    parsed = new Cron(cron, { timezone: timeZone, paused: true, fixedTimeRule: "no-wildcard" });
  } catch (error) {
    throw new DefinitionError(
      `${whose} has the cron expression "${cron}", which cannot be read: ${
        messageOf(error)
      } Write five fields, minute hour day month weekday, e.g. "30 18 * * 1-5".`,
      { cause: error },
    );
  }
  if (parsed.nextRun() !== null) return parsed;
  throw new DefinitionError(
    `${whose} has the cron expression "${cron}", which never fires: no day matches. Write one that matches some day, ` +
      'e.g. "0 18 28 2 *" in place of "0 18 30 2 *".',
  );
}
