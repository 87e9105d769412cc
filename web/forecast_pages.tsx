import { Hono } from "hono";
import { answer } from "./answer.tsx";
import { type AskedForecasts, type ForecastsEngine, readForecasts } from "./forecast_record.ts";
import { ForecastsPage } from "./pages/forecasts.tsx";

/** The page of forecasts, which a project without them does not have. */
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

/** Model and horizon as the address names them; what is no number of sessions counts as not named. */
export function askedForecasts({ model, horizon }: Record<"model" | "horizon", string | undefined>): AskedForecasts {
  return { model, horizon: /^[1-9]\d{0,3}$/.test(horizon ?? "") ? Number(horizon) : undefined };
}
