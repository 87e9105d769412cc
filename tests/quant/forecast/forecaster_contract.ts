import assert from "node:assert/strict";
import { type Forecaster, type ForecastModel, restoreForecastModel } from "../../../quant/forecast/mod.ts";
import { assertRefusesNonFinite } from "../../support/time_series_fixture.ts";

/** What every forecaster holds to, whatever its model. */
export interface ContractCase<Options> {
  forecaster: Forecaster<Options>;
  options?: Options;
  /** A window that the forecaster can be fitted on. */
  window: Float64Array;
  /** The shortest window allowed. */
  minimumLength: number;
  /** Steps to forecast. */
  horizon: number;
}

/** Registers a test for each promise of the interface. */
export function testContract<Options>(name: string, contract: ContractCase<Options>): void {
  const { forecaster, options, window, minimumLength, horizon } = contract;
  const later = Float64Array.from({ length: 7 }, (_, t) => window.at(-1)! + Math.sin(3 * t) / 50);
  const fit = () => forecaster.fit(window, options);

  Deno.test(`${name}.fit() gives the same bits for the same window, and keeps no hold of it`, () => {
    const copy = window.slice();
    const model = forecaster.fit(copy, options);
    const before = everything(model, horizon);
    copy.fill(1e6);
    assert.deepEqual(everything(model, horizon), before);
    assert.deepEqual(everything(fit(), horizon), before);
  });

  Deno.test(`${name}.update() moves a new model and leaves the old one`, () => {
    const model = fit();
    const before = everything(model, horizon);
    const updated = later.reduce((current: ForecastModel, value) => current.update(value), model);
    assert.deepEqual(everything(model, horizon), before);
    assert.notDeepEqual(everything(updated, horizon), before);
  });

  Deno.test(`${name}.restore() gives the same bits from JSON, before and after updates`, () => {
    let model: ForecastModel = fit();
    let restored = restoreForecastModel(JSON.parse(JSON.stringify(model)));
    for (const value of [...later, -0]) {
      assert.deepEqual(everything(restored, horizon), everything(model, horizon));
      model = model.update(value);
      restored = restored.update(value);
    }
    assert.equal(JSON.stringify(restored), JSON.stringify(model));
    const json = JSON.parse(JSON.stringify(model));
    assert.deepEqual(everything(forecaster.restore(json), horizon), everything(model, horizon));
  });

  Deno.test(`${name}.restore() refuses the model of another method and every missing field`, () => {
    const json = JSON.parse(JSON.stringify(fit())) as Record<string, unknown>;
    assert.throws(() => forecaster.restore({ ...json, method: "another" }), { name: "RangeError", message: /another/ });
    for (const absent of [null, undefined, 3, []]) assert.throws(() => forecaster.restore(absent), RangeError);
    for (const field of Object.keys(json)) {
      const { [field]: _, ...rest } = json;
      assert.throws(() => forecaster.restore(rest), RangeError, field);
    }
  });

  Deno.test(`${name}.predict() widens its interval with the coverage and refuses what it cannot forecast`, () => {
    const model = fit();
    const [narrow, wide] = [0.5, 0.99].map((coverage) => model.predict(horizon, { coverage }));
    assert.deepEqual([narrow!.mean.length, narrow!.lower.length, narrow!.upper.length], [horizon, horizon, horizon]);
    assert.deepEqual(narrow!.mean, wide!.mean);
    for (let step = 0; step < horizon; step++) {
      assert.ok(wide!.lower[step]! < narrow!.lower[step]! && narrow!.lower[step]! < narrow!.mean[step]!);
      assert.ok(narrow!.mean[step]! < narrow!.upper[step]! && narrow!.upper[step]! < wide!.upper[step]!);
    }
    assert.deepEqual(model.predict(1).mean, model.predict(horizon).mean.slice(0, 1));
    for (const bad of [0, -1, 1.5, NaN]) assert.throws(() => model.predict(bad), { message: /horizon/ });
    for (const coverage of [0, 1, NaN]) assert.throws(() => model.predict(1, { coverage }), { message: /coverage/ });
  });

  Deno.test(`${name} refuses short windows and values that are not finite`, () => {
    assert.throws(() => forecaster.fit(window.slice(0, minimumLength - 1), options), {
      name: "RangeError",
      message: new RegExp(`at least ${minimumLength} values, got ${minimumLength - 1}`),
    });
    assert.doesNotThrow(() => forecaster.fit(window.slice(0, minimumLength), options));
    assertRefusesNonFinite((value) => forecaster.fit(window.with(2, value), options));
    for (const value of [NaN, Infinity]) assert.throws(() => fit().update(value), { name: "RangeError" });
  });
}

/** All that a model shows. */
function everything(model: ForecastModel, horizon: number): unknown {
  return { forecast: model.predict(horizon), json: JSON.stringify(model) };
}
