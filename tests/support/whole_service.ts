import { join } from "node:path";

const root = new URL("../../", import.meta.url);

/** The service as its users run it, in a process and a data folder of its own. */
export interface ServiceProcess {
  url: string;
  /** Resolves once everything is fresh. @throws {Error} If that takes longer than five minutes, or the service ends before. */
  fresh(): Promise<void>;
}

/**
 * Starts the service with `environment` on a free port, and stops it when `use` has ended.
 *
 * @throws {Error} If it ends before it serves, with what it said last.
 */
export async function withService<T>(
  environment: Readonly<Record<string, string>>,
  use: (service: ServiceProcess) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-service-" });
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "-P", "--v8-flags=--heap-growing-percent=30", "main.ts"],
    cwd: root,
    env: { PORT: "0", DATA_DIR: join(folder, "data"), ...environment },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const serves = Promise.withResolvers<string>();
  let output = "";
  const reading = (async () => {
    for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) {
      output = (output + text).slice(-20_000);
      const url = /serves (http:\/\/\S+);/.exec(output)?.[1];
      if (url) serves.resolve(url);
    }
    serves.reject(new Error(`The service ended before it served. It said last:\n${output}`));
  })();
  // Whoever waits for it hears of it; nobody else has to.
  serves.promise.catch(() => {});
  try {
    const url = await serves.promise;
    return await use({
      url,
      async fresh() {
        for (const from = Date.now(); Date.now() - from < 300_000;) {
          const { assets } = await (await fetch(`${url}/v1/assets`)).json();
          if (assets.every((asset: { state: string }) => asset.state === "fresh")) return;
          await new Promise((resolve) => setTimeout(resolve, 500));
        }
        throw new Error(`Not everything is fresh after five minutes. The service said last:\n${output}`);
      },
    });
  } finally {
    process.kill("SIGINT");
    await Promise.all([process.status, reading]);
    await Deno.remove(folder, { recursive: true });
  }
}

/** An address of every page, of things that are there now. */
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
    { name: "tickers", path: "/tickers" },
    { name: "ticker", path: `/tickers/${one}` },
    { name: "assets", path: "/assets" },
    { name: "asset", path: "/assets/cointegrated_pairs" },
    { name: "asset_cells", path: "/assets/daily_bars" },
    { name: "runs", path: "/runs" },
    { name: "run", path: "/runs/1" },
    { name: "backfills", path: "/backfills" },
    { name: "schedules", path: "/schedules" },
    { name: "settings", path: "/settings" },
    { name: "docs", path: "/docs" },
  ];
}
