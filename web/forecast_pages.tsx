import { Hono } from "hono";
import { answer } from "./answer.tsx";
import { type AskedForecasts, type ForecastsEngine, readForecasts } from "./forecast_record.ts";
import { ForecastsPage } from "./pages/forecasts.tsx";

/** The page of forecasts, absent in a project without them. */
export function forecastPages({ engine }: { engine: ForecastsEngine }): Hono {
  return new Hono().get("/", async (c) => {
    const pair = c.req.query("pair")?.split(" ");
    const record = await readForecasts(engine, {
      ...askedForecasts({ model: c.req.query("model"), horizon: c.req.query("horizon") }),
      ...(pair?.length === 2 && { pair: pair as [string, string] }),
    });
    if (record === null) return c.notFound();
    return answer(c, <ForecastsPage record={record} />);
  });
}

/** Model and horizon from the address; an invalid number of sessions counts as not given. */
export function askedForecasts({ model, horizon }: Record<"model" | "horizon", string | undefined>): AskedForecasts {
  return { model, horizon: /^[1-9]\d{0,3}$/.test(horizon ?? "") ? Number(horizon) : undefined };
}
