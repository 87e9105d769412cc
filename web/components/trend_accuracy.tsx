import { trendAccuracy } from "../../assets/views.ts";
import { count, percent } from "../figures.ts";
import type { TrendAccuracy } from "../forecast_record.ts";
import { rowsPath } from "../rows_path.ts";
import { type Column, DataTable } from "./data_table.tsx";
import { DivergingBars } from "./diverging_bars.tsx";
import { sessionsAhead } from "./forecast_errors.tsx";

/** Share of right directions of the rolling trend by r² threshold: out of sample, and as the research measured it. */
export function TrendAccuracyView({ rows }: { rows: readonly TrendAccuracy[] }) {
  const change = rows.filter(({ measure, sample }) => measure === "change" && sample === "trading");
  const research = rows.filter(({ measure }) => measure === "window_mean");
  const horizons = [...new Set(change.map(({ horizon }) => horizon))].sort((a, b) => a - b);
  return (
    <>
      <h3 class="part">Out of sample</h3>
      <p class="about">
        In the trading windows. A signal is a line through the last sessions that explains enough of their variance; it
        is right if the spread then moved in its direction. Forecasts overlap and pairs of one session move together:
        differences of a few points mean little. <a href={rowsPath(trendAccuracy, [])}>All figures as CSV</a>
      </p>
      <AccuracyBars rows={change} horizons={horizons} />
      <RuleTable
        label="Direction right, out of sample"
        rows={change}
        measured={horizons.map((horizon) => ({
          unit: sessionsAhead(horizon),
          of: (row: TrendAccuracy) => row.horizon === horizon,
        }))}
      />
      <h3 class="part">As the research measured it</h3>
      <p class="notice">
        <strong>Not a forecast accuracy.</strong>{" "}
        The mean of the next three values is compared with the mean of the values that the line was fitted to. The end
        of a trend lies away from its mean, so that a straight line is right by construction, more often the higher its
        r². The research also chose each pair's threshold on the sample that it then scored.
      </p>
      <RuleTable
        label="Direction right, as the research measured it"
        rows={research}
        measured={[
          { unit: "trading windows", of: ({ sample }) => sample === "trading" },
          { unit: "formation (in-sample)", of: ({ sample }) => sample === "formation" },
        ]}
      />
    </>
  );
}

function AccuracyBars({ rows, horizons }: { rows: readonly TrendAccuracy[]; horizons: readonly number[] }) {
  const known = rows.filter(({ looks_ahead }) => !looks_ahead);
  const best = known.filter(({ accuracy }) => accuracy !== null).toSorted((a, b) => b.accuracy! - a.accuracy!)[0];
  if (!best) return null;
  return (
    <DivergingBars
      label={`Share of signals whose direction came true, by r² threshold. The largest is ${percent(best.accuracy!)}: ${
        ruleTitle(best)
      }, ${sessionsAhead(best.horizon)}`}
      middle="50 %"
      groups={rulesOf(known).map((rule) => ({
        title: ruleTitle(rule),
        bars: horizons.map((horizon) => {
          const row = known.find((one) => one.rule === rule.rule && one.horizon === horizon);
          if (!row || row.accuracy === null) return null;
          return {
            offset: row.accuracy - 0.5,
            text: percent(row.accuracy),
            title: `${ruleTitle(row)}, ${sessionsAhead(horizon)}: ${percent(row.accuracy)} of ${
              count(row.signals)
            } signals`,
          };
        }),
      }))}
      series={horizons.map(sessionsAhead)}
      titleWidth={190}
      leastOffset={0.05}
      caption="Share of signals whose direction came true, in the trading windows. Right of the line more than half of them did."
    />
  );
}

/** Columns of one horizon or sample. */
interface Measured {
  unit: string;
  of(row: TrendAccuracy): boolean;
}

/** A row per rule, with number of signals and share of right ones for each horizon or sample. */
function RuleTable({ label, rows, measured }: {
  label: string;
  rows: readonly TrendAccuracy[];
  measured: readonly Measured[];
}) {
  const columns = measured.flatMap(({ unit, of }): Column<TrendAccuracy>[] => {
    const found = ({ rule }: TrendAccuracy) => rows.find((one) => one.rule === rule && of(one));
    const column = (title: string, text: (row: TrendAccuracy) => string | null): Column<TrendAccuracy> => ({
      title,
      unit,
      number: true,
      cell(rule) {
        const row = found(rule);
        return (row && text(row)) ?? "–";
      },
    });
    return [
      column("Signals", ({ signals }) => count(signals)),
      column("Of all lines", ({ signals, lines }) => lines > 0 ? percent(signals / lines) : null),
      column("Direction right", ({ accuracy }) => accuracy === null ? null : percent(accuracy)),
    ];
  });
  return (
    <DataTable
      label={label}
      columns={[{ title: "Lines that count as a trend", header: true, cell: ruleTitle }, ...columns]}
      rows={rulesOf(rows)}
    />
  );
}

/** One row per rule: all lines first, then thresholds in ascending order, then those that differ by pair. */
function rulesOf(rows: readonly TrendAccuracy[]): TrendAccuracy[] {
  const rules = new Map(rows.map((row) => [row.rule, row]));
  return [...rules.values()].sort((a, b) => (a.min_r_squared ?? Infinity) - (b.min_r_squared ?? Infinity) || 0);
}

function ruleTitle({ rule, min_r_squared }: TrendAccuracy): string {
  if (rule === "all") return "All lines";
  if (min_r_squared !== null) return `r² above ${min_r_squared}`;
  return rule === "best_in_formation" ? "Best of each pair's formation" : "Best of each pair, chosen afterwards";
}
