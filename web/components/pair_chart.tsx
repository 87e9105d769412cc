import { cleanPrices, walkForwardDaily } from "../../assets/views.ts";
import { equalTo } from "../../engine/mod.ts";
import { ofPair } from "../pair_filter.ts";
import { decimal } from "../figures.ts";
import { from100, pairChart } from "../pair_charts.ts";
import { deviationsOf, type PairFormation } from "../pair_formation.ts";
import type { PairRecord } from "../pair_record.ts";
import type { WalkForward } from "../pair_walk_forward.ts";
import { pairParts, pairRanges, type PairView, pairViewPath } from "../pair_view.ts";
import { rowsPath } from "../rows_path.ts";
import { strategyTitle } from "../strategy_words.ts";
import { Chart, ChartTable } from "./chart.tsx";
import { ChoiceLinks } from "./choice_links.tsx";

/** Legs and spread in deviations on one time axis, with a table of the data. */
export function PairChart(
  { pair: standing, tried, formation, view }: {
    pair: PairRecord;
    /** The backtest under settings moved by hand, drawn in place of that of the pair. */
    tried: WalkForward | null;
    formation: PairFormation | null;
    view: PairView;
  },
) {
  const pair = tried === null ? standing : { ...standing, walkForward: tried };
  const { tickers, closes, walkForward } = pair;
  if (closes === null) {
    return <p class="empty">{cleanPrices.key} has no sessions that both {tickers.join(" and ")} have.</p>;
  }
  const [first, second] = [from100(closes.first), from100(closes.second)];
  const { sessions } = closes;
  const last = sessions.length - 1;
  const [shown, digits] = view.scale === "usd" ? [[closes.first, closes.second], 2] : [[first, second], 1];
  const zs = new Map(walkForward?.days.map(({ session, z }) => [session, z]));
  const zOf = (t: number): string => {
    const z = zs.get(sessions[t]!) ??
      (formation ? deviationsOf(formation, closes.first[t]!, closes.second[t]!) : null);
    return z === null ? "" : decimal(z, 2);
  };
  const data = pairChart(pair, closes, { formation, scale: view.scale });
  const present = new Set(
    data.panes.flatMap(({ lines, markers = [], shades = [] }) => [...lines, ...markers, ...shades]).map(({ part }) =>
      part
    ),
  );
  return (
    <Chart
      id="pair-chart"
      label={`${tickers.join(" and ")}, ${
        view.scale === "usd" ? "in USD" : `both 100 on ${sessions[0]}`
      }, over the z-score of their spread: ${shown.map((values) => decimal(values[last]!, digits)).join(" and ")} on ${
        sessions[last]
      }`}
      data={data}
      controls={{
        parts: pairParts.filter(({ name }) => present.has(name)),
        hidden: view.hidden,
        range: view.range,
        ranges: pairRanges,
        logarithmic: view.logarithmic,
        lead: <ScaleLinks tickers={tickers} view={view} />,
      }}
      caption={<Caption pair={pair} isTried={tried !== null} formation={formation} />}
    >
      <ChartTable
        label="Closes and z-score"
        columns={[
          ...tickers.map((ticker) => `${ticker} in USD`),
          ...tickers.map((ticker) => `${ticker} from 100`),
          "Z-score",
        ]}
        sessions={sessions}
        cells={(t) => [
          decimal(closes.first[t]!, 2),
          decimal(closes.second[t]!, 2),
          decimal(first[t]!, 1),
          decimal(second[t]!, 1),
          zOf(t),
        ]}
        csv={[
          ...tickers.map((ticker) => ({ title: ticker, href: rowsPath(cleanPrices, equalTo({ ticker })) })),
          ...walkForward && tried === null
            ? [{
              title: "z-scores",
              href: rowsPath(walkForwardDaily, [
                ...equalTo({ strategy: walkForward.strategy }),
                ...ofPair(tickers),
              ]),
            }]
            : [],
        ]}
      />
    </Chart>
  );
}

function ScaleLinks({ tickers, view }: { tickers: readonly [string, string]; view: PairView }) {
  return (
    <ChoiceLinks
      class="segments"
      label="Prices"
      keep
      links={([["index", "From 100"], ["usd", "In USD"]] as const).map(([scale, title]) => ({
        href: `${pairViewPath(tickers, view, { scale })}#chart`,
        title,
        chosen: scale === view.scale,
      }))}
    />
  );
}

function Caption({ pair: { tickers, walkForward }, isTried, formation }: {
  pair: PairRecord;
  isTried: boolean;
  formation: PairFormation | null;
}) {
  return (
    <>
      Closes are adjusted for splits. {walkForward && (
        <>
          The z-score is that of {strategyTitle(walkForward.strategy)}{" "}
          at each close, by the formation before its window; positions are those of the walk-forward backtest
          {isTried && " under the moved settings"}.{" "}
        </>
      )}
      {formation && (
        <>
          Formation {formation.first} to {formation.last}: spread = {tickers[1]} − {decimal(formation.slope, 3)} ×{" "}
          {tickers[0]} {formation.intercept < 0 ? "+" : "−"} {decimal(Math.abs(formation.intercept), 2)}{" "}
          USD, in deviations of {decimal(formation.deviation, 2)} USD.
        </>
      )}
    </>
  );
}
