import { strategyComparison } from "../assets/views.ts";
import { raw } from "hono/html";
import { DrawdownTable } from "./components/drawdown_table.tsx";
import { LineDrawing } from "./components/line_drawing.tsx";
import { MonthlyTable } from "./components/monthly_returns.tsx";
import { ReturnDistribution } from "./components/return_distribution.tsx";
import { sheetPanes } from "./components/sheet_chart.tsx";
import { SheetFigures } from "./components/sheet_figures.tsx";
import type { DataSource } from "../resources/market_data/data_source.ts";
import { limitWords } from "./exposure_limits.ts";
import { costOf, isTradable, type StrategiesRecord } from "./strategy_record.ts";
import { costTitle, strategyTitle, weightingTitle } from "./strategy_words.ts";
import { sheetOf } from "./tear_sheet.ts";

let styles: Promise<string> | undefined;

/** The tear sheet of a strategy as one self-contained file, with styles and drawings and without scripts. */
export async function tearSheetFile(
  { chosen, days, benchmark, limits, sources }: StrategiesRecord,
  source: DataSource | null,
): Promise<string> {
  styles ??= Deno.readTextFile(new URL("./static/tear_sheet.css", import.meta.url));
  const css = await styles;
  const own = days.get(chosen.strategy);
  const sheet = own && sheetOf(own);
  const name = strategyTitle(chosen.strategy);
  const version = sources.get(strategyComparison.key)!;
  const html = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${name} · Tear sheet`}</title>
        <style>{raw(css)}</style>
      </head>
      <body class={isTradable(chosen) ? "" : "look-ahead"}>
        <header>
          <h1>{name}</h1>
          <p>
            {chosen.first_session} to {chosen.last_session}, {chosen.sessions} sessions. Costs{" "}
            {costTitle(costOf(chosen))}, weights: {weightingTitle(chosen.weighting).toLowerCase()}. Benchmark:{" "}
            {benchmark ?? "not recorded"}.
            {source && ` Data: ${source.label}.`}
            {limits && ` ${limitWords(limits, chosen.sessions)}`}
          </p>
          {source?.kind === "simulated" && (
            <p class="notice">
              Simulated data with planted pairs: returns say nothing about a real market.
            </p>
          )}
          {!isTradable(chosen) && (
            <p class="notice">
              Not achievable in live trading: {chosen.looks_ahead
                ? "it is fitted on the sessions that it trades."
                : "it fills at the close that gives the signal."}
            </p>
          )}
        </header>
        <SheetFigures result={chosen} />
        {sheet && (
          <>
            {sheetPanes(sheet, benchmark).map((pane, i) => (
              <section key={pane.title}>
                <h2>{pane.title}</h2>
                <LineDrawing
                  label={`${pane.title} of ${name}`}
                  sessions={sheet.sessions}
                  pane={pane}
                  height={i === 0 ? 280 : 150}
                />
              </section>
            ))}
            <section>
              <h2>Returns by month</h2>
              <MonthlyTable years={sheet.months} />
            </section>
            <section>
              <h2>Worst drawdowns</h2>
              <DrawdownTable drawdowns={sheet.drawdowns} />
            </section>
            <section>
              <h2>Distribution of daily returns</h2>
              <ReturnDistribution of={sheet} valueAtRisk={chosen.value_at_risk} />
            </section>
          </>
        )}
        <footer>
          <p>
            Bands: 95 %, stationary block bootstrap, 399 resamples. Materialization {version.id} of{" "}
            {strategyComparison.key}, version {version.dataVersion.slice(0, 12)}, made{" "}
            {version.committedAt}. Made by Tandem.
          </p>
        </footer>
      </body>
    </html>
  );
  return `<!doctype html>${html}`;
}
