/**
 * Files of prices for benches that read them, each in a process of its own.
 *
 * @module
 */
import { fixedClock } from "../resources/clock.ts";
import { simulatedMarket } from "../resources/market_data/mod.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";

const NUMBERS = ["open", "high", "low", "close", "volume", "dividend", "split"] as const;

/** The real prices of TANDEM_SHARED or ../shared if available, else 540,000 rows of the simulated market in `folder`. */
export async function marketFiles(folder: string): Promise<string[]> {
  const shared = sharedFolder();
  if (shared) {
    const names = ["sp500_daily_2017_2021.csv.gz", "nasdaq_etf_closes_2019_2022.csv"];
    return names.map((name) => `${shared}/market/${name}`);
  }
  const bars = await simulatedMarket({ clock: fixedClock("2026-11-21T12:00:00Z"), sessions: 4500 }).dailyBars();
  const lines = bars.ticker.map((ticker, i) =>
    [ticker, bars.session[i], ...NUMBERS.map((name) => bars[name][i])].join()
  );
  const path = `${folder}/simulated.csv`;
  await Deno.writeTextFile(path, ["ticker,date,open,high,low,close,volume,dividend,split", ...lines, ""].join("\n"));
  return [path];
}

/** Runs a task of a script on a file in a process of its own and prints its line, or its first error. */
export async function runApart(script: string, task: string, path: string): Promise<void> {
  const child = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, "--one", task, path] }).output();
  const output = new TextDecoder().decode(child.success ? child.stdout : child.stderr);
  console.log(child.success ? output.trimEnd() : `  ${task.padEnd(14)} failed: ${output.trim().split("\n")[0]}`);
}
