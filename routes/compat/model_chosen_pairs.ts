import { Hono } from "hono";
import { z } from "zod";
import { chosenPairs, pairMetrics, pairSignals, pairTrades } from "../../assets/views.ts";
import { equalTo, type Filter, named, type RowOf, type RowVersion } from "../../engine/mod.ts";
import {
  answerList,
  answerVersions,
  DatedListParameters,
  ListParameters,
  moment,
  newestOnly,
  type OldEngine,
  type OldReads,
  wantedVersion,
} from "./asset_answers.ts";
import { describeRead, goDate, listOf } from "./describe_read.ts";
import { dateOf, numberOf } from "./go_values.ts";
import { pairId } from "./name_uuid.ts";
import { OldError } from "./old_errors.ts";
import { knownQuery } from "./strict_query.ts";

const ticker = z.string("A ticker is required.").min(1, "A ticker is required.");
const Pair = z.object({ ticker_1: ticker.describe("The regressor"), ticker_2: ticker.describe("The dependent leg") });
const TradeParameters = DatedListParameters.extend(Pair.shape);
const MetricsParameters = Pair.extend({ as_of: moment });

const ChosenPair = z.strictObject({ id: z.uuid(), ticker_1: z.string(), ticker_2: z.string() });
const Trade = z.strictObject({
  ticker_1: z.string(),
  ticker_2: z.string(),
  spread: z.number(),
  predicted_trend: z.number(),
  signal: z.string(),
  position: z.int(),
  budget: z.number(),
  date: goDate,
});

const describeChosen = describeRead({
  summary: "Traded pairs, as of the newest session",
  description: "The pairs",
  schema: named("OldChosenPairList", listOf(ChosenPair)),
});
const example = { query: { ticker_1: "QQQ", ticker_2: "SPY" } };
const describeTrades = describeRead({
  summary: "Backtest of a pair, day by day",
  example,
  description: "The days",
  schema: named("OldTradeList", listOf(Trade)),
});
const describeMetrics = describeRead({
  summary: "Backtest metrics of a pair",
  example,
  description: "The totals",
  schema: named(
    "OldMetrics",
    z.strictObject({
      ticker_1: z.string(),
      ticker_2: z.string(),
      total_return: z.number(),
      annualized_return: z.number(),
      max_drawdown: z.number(),
    }),
  ),
});

/** `GET /api/model-chosen-pairs`, `…/trades` and `…/metrics`. */
export function modelChosenPairRoutes(reads: OldReads) {
  const { engine } = reads;
  return new Hono()
    .get("/", describeChosen, knownQuery(ListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const version = await wantedVersion(engine, chosenPairs, parameters);
      return await answerList(c, reads, parameters, {
        view: chosenPairs,
        version,
        filters: () => newestOnly(engine, version),
        fields: Object.keys(ChosenPair.shape),
        answers: (rows) =>
          rows.map(({ ticker_1, ticker_2 }) => ({
            id: pairId({ ticker_1, ticker_2 }),
            ticker_1,
            ticker_2,
          })),
      });
    })
    .get("/trades", describeTrades, knownQuery(TradeParameters), async (c) => {
      const parameters = c.req.valid("query");
      const trades = await wantedVersion(engine, pairTrades, parameters);
      const signals = await signalsBehind(engine, trades, parameters);
      const filters = ofPair(parameters);
      return await answerList(c, reads, parameters, {
        view: pairTrades,
        version: trades,
        others: [signals],
        filters: () => filters,
        dateColumn: "session",
        fields: Object.keys(Trade.shape),
        answers: async (rows) => {
          const spreads = await spreadsOf(engine, signals, { filters, rows });
          return rows.map((row) => {
            const { scaled_spread, predicted_trend } = spreads.get(row.session) ?? {};
            return {
              ticker_1: row.ticker_1,
              ticker_2: row.ticker_2,
              spread: numberOf(scaled_spread),
              predicted_trend: numberOf(predicted_trend),
              signal: row.signal,
              position: row.position,
              budget: numberOf(row.budget),
              date: dateOf(row.session, parameters.compat),
            };
          });
        },
      });
    })
    .get("/metrics", describeMetrics, knownQuery(MetricsParameters), async (c) => {
      const parameters = c.req.valid("query");
      const version = await wantedVersion(engine, pairMetrics, parameters);
      return await answerVersions(c, reads, [version], async () => {
        const { rows: [row] } = await engine.read(
          pairMetrics,
          { filters: ofPair(parameters), limit: 1 },
          { version },
        );
        if (!row) {
          throw new OldError(404, `There are no metrics of ${parameters.ticker_1} and ${parameters.ticker_2}.`);
        }
        const { ticker_1, ticker_2, total_return, annualized_return, max_drawdown } = row;
        return {
          body: {
            ticker_1,
            ticker_2,
            total_return: numberOf(total_return),
            annualized_return: numberOf(annualized_return),
            max_drawdown: numberOf(max_drawdown),
          },
        };
      });
    });
}

function ofPair({ ticker_1, ticker_2 }: z.output<typeof Pair>) {
  return equalTo({ ticker_1, ticker_2 });
}

/** The signals from which the trades were made, independent of later publications. */
async function signalsBehind(
  engine: OldEngine,
  trades: RowVersion,
  parameters: { as_of?: string },
): Promise<Pick<RowVersion, "id" | "dataVersion">> {
  const used = trades.upstream[pairSignals.key];
  if (used) return { id: used.materialization, dataVersion: used.version };
  return await wantedVersion(engine, pairSignals, { as_of: parameters.as_of });
}

/** Spread and trend in the sessions of some trades. */
async function spreadsOf(
  engine: OldEngine,
  signals: Pick<RowVersion, "id">,
  { filters, rows }: { filters: ReturnType<typeof ofPair>; rows: readonly { session: string }[] },
): Promise<Map<string, Partial<RowOf<typeof pairSignals>>>> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last) return new Map();
  const version = await engine.rowVersion(pairSignals.key, { asOf: signals.id });
  const between: Filter<"session">[] = [
    { column: "session", operator: "gte", value: first.session },
    { column: "session", operator: "lte", value: last.session },
  ];
  const { rows: found } = await engine.read(pairSignals, {
    filters: [...filters, ...between],
    fields: ["session", "scaled_spread", "predicted_trend"],
  }, { version: version! });
  return new Map(found.map((row) => [row.session, row]));
}
