import assert from "node:assert/strict";
import { forecastScores } from "../../../assets/forecasts/forecast_scores.ts";
import { forecastTallies } from "../../../assets/forecasts/forecast_tallies.ts";
import { spreadForecasts } from "../../../assets/forecasts/spread_forecasts.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { forecastChain } from "../../support/forecast_chain.ts";

const tables = await forecastChain({}, { target: forecastScores });
const forecasts = tables.rows(spreadForecasts);
const rows = tables.rows(forecastScores);
const tallies = tables.rows(forecastTallies);
const starts = [...new Set(tallies.map((row) => row.window_first_as_of))].sort();

Deno.test("forecast_tallies has the errors of each model and horizon up to the end of each window", () => {
  assert.equal(starts.length, 4);
  assert.equal(tallies.length, 4 * rows.length);
  for (const tally of tallies) {
    const known = forecasts.filter((row) =>
      row.model === tally.model && row.horizon === tally.horizon && row.actual !== null &&
      row.as_of <= tally.last_as_of
    );
    assert.equal(tally.squared_errors, known.reduce((sum, row) => sum + (row.actual! - row.forecast) ** 2, 0));
    assert.equal(tally.absolute_errors, known.reduce((sum, row) => sum + Math.abs(row.actual! - row.forecast), 0));
    const own = known.filter((row) => row.as_of >= tally.window_first_as_of);
    assert.deepEqual([tally.forecasts, tally.first_as_of], [own.length, own[0]!.as_of]);
    const losses = [...new Float64Array(Uint8Array.fromBase64(tally.losses).buffer)];
    assert.deepEqual(
      losses,
      [...Map.groupBy(own, (row) => row.as_of).values()].map((session) =>
        Math.sqrt(session.reduce((sum, row) => sum + (row.actual! - row.forecast) ** 2, 0) / session.length)
      ),
    );
    assert.equal(tally.sessions, losses.length);
  }
});

Deno.test("forecast_tallies of windows with unchanged forecasts are not made again", async () => {
  const run = (changed: string, stored = tallies) =>
    runAsset(forecastScores, {
      inputs: { forecasts },
      previous: { changedFrom: { forecasts: changed }, rows, outs: { tallies: stored } },
    });
  const last = forecasts.at(-1)!.as_of;
  const made = await run(last);
  assert.equal(made.outs.tallies!.from, starts[3]);
  assert.deepEqual(made.rows, rows);
  assert.deepEqual(made.outs.tallies!.rows, tallies.filter((row) => row.window_first_as_of === starts[3]));
  // The sums before are those of the stored rows.
  const more = tallies.map((row) => ({ ...row, squared_errors: row.squared_errors + 1_000 }));
  const taken = await run(last, more);
  assert.ok(taken.rows.every((row, i) => row.mse > rows[i]!.mse));
  const earlier = await run(starts[1]!);
  assert.deepEqual([earlier.outs.tallies!.from, earlier.rows], [starts[1], rows]);
  assert.equal((await run("")).outs.tallies!.from, undefined);
});
