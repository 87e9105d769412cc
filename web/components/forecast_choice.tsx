import type { Child } from "hono/jsx";
import { inWords } from "../words.ts";
import type { ForecastChoice as Choice } from "../forecast_record.ts";
import { sessionsAhead } from "./forecast_errors.tsx";

/** A form to choose model and horizon; the page behind `action` reads them from its address. */
export function ForecastChoice(
  { action, of: { models, horizons, model, horizon }, children }: { action: string; of: Choice; children?: Child },
) {
  return (
    <form class="filters" action={action} method="get" aria-label="Forecasts">
      {children}
      <label>
        Model
        <select name="model">
          {models.map((name) => <option key={name} value={name} selected={name === model}>{inWords(name)}</option>)}
        </select>
      </label>
      <label>
        Horizon
        <select name="horizon">
          {horizons.map((steps) => (
            <option key={steps} value={String(steps)} selected={steps === horizon}>{sessionsAhead(steps)}</option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">Show</button>
    </form>
  );
}
