import { createContext } from "hono/jsx";

export const themes = ["system", "light", "dark"] as const;
export type Theme = typeof themes[number];

/** Clocks on which moments can be shown. */
export const clocks = ["utc", "exchange", "local"] as const;
export type ClockName = typeof clocks[number];

/** The time zone of the exchange, which dates its sessions. */
export const exchangeTimeZone = "America/New_York";

/** Preferences of a visitor. */
export interface Preferences {
  theme: Theme;
  clock: ClockName;
  /** Time zone of the clock, an IANA name. */
  timeZone: string;
}

export const standingPreferences: Preferences = { theme: "system", clock: "utc", timeZone: "UTC" };

/** Cookies written by `client/preferences.js`. For the local clock the value is the IANA name of its time zone. */
export const preferenceCookies = { theme: "tandem_theme", clock: "tandem_clock" } as const;

/** Reads preferences from cookies. Missing or unreadable ones take their defaults. */
export function readPreferences(cookie: (name: string) => string | undefined): Preferences {
  const theme = themes.find((one) => one === cookie(preferenceCookies.theme)) ?? standingPreferences.theme;
  const clock = cookie(preferenceCookies.clock) ?? "utc";
  if (clock === "exchange") return { theme, clock, timeZone: exchangeTimeZone };
  if (clock !== "utc" && isTimeZone(clock)) return { theme, clock: "local", timeZone: clock };
  return { ...standingPreferences, theme };
}

function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** Preferences of the visitor of the current page. */
export const PreferencesContext = createContext<Preferences>(standingPreferences);
