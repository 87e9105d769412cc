import type { Child } from "hono/jsx";
import { inWords } from "../words.ts";
import type { ForecastChoice as Choice } from "../forecast_record.ts";
import { sessionsAhead } from "./forecast_errors.tsx";
import { Select } from "./field.tsx";

/** A form to choose model and horizon; the page behind `action` reads them from its address. */
export function ForecastChoice(
  { action, of: { models, horizons, model, horizon }, children }: { action: string; of: Choice; children?: Child },
) {
  return (
    <form class="filters" action={action} method="get" aria-label="Forecasts">
      {children}
      <Select label="Model" name="model" options={models} chosen={model} words={inWords} />
      <Select label="Horizon" name="horizon" options={horizons} chosen={horizon} words={sessionsAhead} />
      <button type="submit" class="primary">Show</button>
    </form>
  );
}
