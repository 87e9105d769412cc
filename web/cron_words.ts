const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const daily = "every day";

/** A cron expression of five fields in words: `at 18:30 from Monday to Friday`; `null` for forms that read better as they are. */
export function cronInWords(cron: string): string | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return null;
  const [minute, hour, day, month, weekday] = fields as [string, string, string, string, string];
  if (month !== "*") return null;
  const on = dayWords(day, weekday);
  if (on === null) return null;
  const number = /^\d{1,2}$/;
  if (number.test(minute) && number.test(hour)) return `at ${hour.padStart(2, "0")}:${minute.padStart(2, "0")} ${on}`;
  if (number.test(minute) && hour === "*") return `at minute ${Number(minute)} of every hour ${on}`;
  const every = /^\*\/(\d{1,2})$/;
  const minutes = every.exec(minute)?.[1];
  if (minutes && hour === "*") return `every ${minutes} minutes ${on}`;
  const hours = every.exec(hour)?.[1];
  if (number.test(minute) && hours) {
    const past = Number(minute) === 0 ? "" : `, ${Number(minute)} minutes past the hour`;
    return `every ${hours} hours ${on === daily ? "" : on}`.trimEnd() + past;
  }
  return minute === "*" && hour === "*" ? `every minute ${on}` : null;
}

function dayWords(day: string, weekday: string): string | null {
  if (day !== "*" && weekday !== "*") return null;
  if (/^\d{1,2}$/.test(day)) return `on day ${Number(day)} of every month`;
  if (day !== "*") return null;
  if (weekday === "*") return daily;
  const range = /^([0-7])-([0-7])$/.exec(weekday);
  if (range) return `from ${days[Number(range[1])]} to ${days[Number(range[2])]}`;
  if (!/^[0-7](,[0-7])*$/.test(weekday)) return null;
  const names = weekday.split(",").map((number) => days[Number(number)]!);
  return `on ${names.length === 1 ? names[0] : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`}`;
}
