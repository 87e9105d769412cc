import { createContext } from "hono/jsx";

export const themes = ["system", "light", "dark"] as const;
export type Theme = typeof themes[number];

/** Clocks that moments can be read on. */
export const clocks = ["utc", "exchange", "local"] as const;
export type ClockName = typeof clocks[number];

/** The exchange's clock, by which its sessions are dated. */
export const exchangeTimeZone = "America/New_York";

/** How a person wants pages. */
export interface Preferences {
  theme: Theme;
  clock: ClockName;
  /** Of the clock: an IANA name. */
  timeZone: string;
}

export const standingPreferences: Preferences = { theme: "system", clock: "utc", timeZone: "UTC" };

/** Cookies that `client/preferences.js` writes; of the local clock the value is the IANA name of its zone. */
export const preferenceCookies = { theme: "tandem_theme", clock: "tandem_clock" } as const;

/** What cookies say. What cannot be read is as it stands where nothing is said. */
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
