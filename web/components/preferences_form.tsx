import { useContext } from "hono/jsx";
import { PreferencesContext } from "../preferences.ts";

const themeWords = { system: "Auto", light: "Light", dark: "Dark" } as const;
const clockWords = { utc: "UTC", exchange: "Exch.", local: "Local" } as const;
const clockTitles = {
  utc: "Times in UTC",
  exchange: "Times of the exchange, New York",
  local: "Times of this computer",
} as const;

/** Theme and clock, each a segmented control. `client/preferences.js` stores the choice in a cookie. */
export function PreferencesForm() {
  const { theme, clock } = useContext(PreferencesContext);
  return (
    <div class="preferences">
      <fieldset>
        <legend>Theme</legend>
        <Segments name="theme" chosen={theme} words={themeWords} />
      </fieldset>
      <fieldset>
        <legend>Times</legend>
        <Segments name="clock" chosen={clock} words={clockWords} titles={clockTitles} />
      </fieldset>
    </div>
  );
}

function Segments<T extends string>({ name, chosen, words, titles }: {
  name: string;
  chosen: T;
  words: Readonly<Record<T, string>>;
  titles?: Readonly<Record<T, string>>;
}) {
  return (
    <span class="segments">
      {(Object.entries(words) as [T, string][]).map(([value, word]) => (
        <button
          type="button"
          data-preference={name}
          value={value}
          title={titles?.[value]}
          aria-pressed={value === chosen ? "true" : "false"}
        >
          {word}
        </button>
      ))}
    </span>
  );
}
