import { Hono } from "hono";
import { Address, number, text } from "./address.ts";
import { answer } from "./answer.tsx";
import { type AskedForecasts, type ForecastChoice, type ForecastsEngine, readForecasts } from "./forecast_record.ts";
import { known } from "./known_value.ts";
import { ForecastsPage } from "./pages/forecasts.tsx";

/** Model and horizon in the address of pages with forecasts. */
export const forecastsAddress = new Address("/forecasts", {
  model: text({ longest: 40 }),
  horizon: number("Horizon", { least: 1, most: 9_999, whole: true }),
});

/** The page of forecasts, absent in a project without them. */
export function forecastPages({ engine }: { engine: ForecastsEngine }): Hono {
  return new Hono().get("/", async (c) => {
    const pair = c.req.query("pair")?.split(" ");
    const { search, problems } = forecastsAddress.read(new URL(c.req.url).searchParams);
    const record = await readForecasts(engine, {
      ...search,
      ...(pair?.length === 2 && { pair: pair as [string, string] }),
    });
    if (record === null) return c.notFound();
    reportUnknown(search, record.newest, problems);
    return answer(c, <ForecastsPage record={record} problems={problems} />, problems.size > 0 ? 400 : 200);
  });
}

/** Adds to `problems` a model or a horizon that has no forecasts, if there are any. */
export function reportUnknown(
  asked: AskedForecasts,
  among: ForecastChoice | null,
  problems: Map<string, string>,
): void {
  if (among === null) return;
  known(asked.model, among.models, { name: "model", title: "Model", problems });
  known(asked.horizon, among.horizons, { name: "horizon", title: "Horizon", problems });
}
