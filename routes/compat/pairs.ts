import { Hono } from "hono";
import { z } from "zod";
import { cointegratedPairs } from "../../assets/views.ts";
import { equalTo, named, type RowOf } from "../../engine/mod.ts";
import {
  answerList,
  answerVersions,
  ListParameters,
  moment,
  newestOnly,
  type OldReads,
  timesOf,
  wantedVersion,
} from "./asset_answers.ts";
import { describeRead, goTimes, listOf } from "./describe_read.ts";
import { numberOf } from "./go_values.ts";
import { isUuid, pairId } from "./name_uuid.ts";
import { OldError } from "./old_errors.ts";
import { knownQuery } from "./strict_query.ts";

const Pair = z.strictObject({
  id: z.uuid(),
  ticker_1: z.string(),
  ticker_2: z.string(),
  spread_intercept: z.number(),
  spread_slope: z.number(),
  cointegration_p_value: z.number(),
  cointegration_critical_value: z.number(),
  half_life: z.number(),
  mean_crossings: z.number(),
  ...goTimes,
});

const describePairs = describeRead({
  summary: "Suggested pairs, as of the newest session",
  description: "The pairs",
  schema: named("OldPairList", listOf(Pair)),
});
const describePair = describeRead({
  summary: "One suggested pair",
  path: { id: { description: "UUID of the pair", schema: z.uuid() } },
  description: "The pair",
  schema: named("OldPair", Pair),
});

const suggested = equalTo({ accepted: "true" });

/** `GET /api/pairs` and `GET /api/pairs/:id`. */
export function pairRoutes(reads: OldReads) {
  const { engine } = reads;
  return new Hono()
    .get("/", describePairs, knownQuery(ListParameters), async (c) => {
      const parameters = c.req.valid("query");
      const version = await wantedVersion(engine, cointegratedPairs, parameters);
      return await answerList(c, reads, parameters, {
        view: cointegratedPairs,
        version,
        filters: async () => [...await newestOnly(engine, version), ...suggested],
        fields: Object.keys(Pair.shape),
        answers: async (rows) => {
          const times = await timesOf(engine, version);
          return rows.map((row) => pairAnswer(row, times));
        },
      });
    })
    .get("/:id", describePair, knownQuery(z.object({ as_of: moment })), async (c) => {
      const id = c.req.param("id");
      if (!isUuid(id)) throw new OldError(400, `${id} is not a UUID.`);
      const parameters = c.req.valid("query");
      const version = await wantedVersion(engine, cointegratedPairs, parameters);
      return await answerVersions(c, reads, [version], async () => {
        const filters = [...await newestOnly(engine, version), ...suggested];
        const { rows } = await engine.read(cointegratedPairs, { filters }, { version });
        const times = await timesOf(engine, version);
        const pair = rows.map((row) => pairAnswer(row, times)).find((pair) => pair.id === id.toLowerCase());
        if (!pair) throw new OldError(404, `There is no suggested pair ${id}.`);
        return { body: pair };
      });
    });
}

function pairAnswer(row: RowOf<typeof cointegratedPairs>, times: { created_at: string; updated_at: string }) {
  const { ticker_1, ticker_2 } = row;
  const pValue = numberOf(row.adf_p_value);
  return {
    id: pairId({ ticker_1, ticker_2 }),
    ticker_1,
    ticker_2,
    spread_intercept: numberOf(row.intercept),
    spread_slope: numberOf(row.slope),
    cointegration_p_value: pValue,
    // The same value under the name that half of the original's clients use.
    cointegration_critical_value: pValue,
    half_life: numberOf(row.half_life),
    mean_crossings: numberOf(row.mean_crossings),
    ...times,
  };
}
