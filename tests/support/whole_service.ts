import { join } from "node:path";
import { eventually, ServiceProcess } from "./service_process.ts";

/** A running service with its own process and data folder. */
export interface ServedService {
  url: string;
  /** Resolves once everything is fresh. @throws {Error} If that takes longer than five minutes. */
  fresh(): Promise<void>;
}

/**
 * Starts the service with `environment` on a free port, and ends it after `use`.
 *
 * @throws {Error} If it ends before it serves, with its output.
 */
export async function withService<T>(
  environment: Readonly<Record<string, string>>,
  use: (service: ServedService) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-service-" });
  try {
    await using service = new ServiceProcess({ DATA_DIR: join(folder, "data"), ...environment });
    const url = await service.url;
    const states = async (): Promise<string[]> => {
      const { assets } = await (await fetch(`${url}/v1/assets`)).json();
      return assets.map(({ state }: { state: string }) => state);
    };
    return await use({
      url,
      async fresh() {
        await eventually(states, (all) => all.every((state) => state === "fresh"), 300_000);
      },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** An address of every page, with existing items. */
export async function pagePaths(url: string): Promise<{ name: string; path: string }[]> {
  const rows = async (path: string) => (await (await fetch(`${url}/v1/assets/${path}`)).json()).rows;
  const [pair] = await rows("chosen_pairs/rows?order=rank&limit=1");
  const [one, two] = [pair.ticker_1, pair.ticker_2].map(encodeURIComponent);
  return [
    { name: "overview", path: "/" },
    { name: "pairs", path: "/pairs" },
    { name: "clusters", path: "/pairs/clusters" },
    { name: "selections", path: "/pairs/selections" },
    { name: "pair", path: `/pairs/${one}/${two}` },
    { name: "strategies", path: "/strategies" },
    { name: "forecasts", path: "/forecasts" },
    { name: "tickers", path: "/tickers" },
    { name: "ticker", path: `/tickers/${one}` },
    { name: "assets", path: "/assets" },
    { name: "asset", path: "/assets/cointegrated_pairs" },
    { name: "asset_partitions", path: "/assets/daily_bars" },
    { name: "runs", path: "/runs" },
    { name: "run", path: "/runs/1" },
    { name: "backfills", path: "/backfills" },
    { name: "schedules", path: "/schedules" },
    { name: "settings", path: "/settings" },
    { name: "docs", path: "/docs" },
  ];
}
