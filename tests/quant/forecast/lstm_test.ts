import assert from "node:assert/strict";
import {
  EncoderDecoder,
  type EncoderDecoderShape,
  parameterCount,
} from "../../../quant/forecast/lstm/encoder_decoder.ts";
import { trainEncoderDecoder } from "../../../quant/forecast/lstm/train_encoder_decoder.ts";
import { lstm, RESEARCH_LSTM } from "../../../quant/forecast/mod.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { assertRelative, assertWithin } from "../../support/time_series_fixture.ts";
import { arimaSeries } from "./arima_series.ts";
import { testContract } from "./forecaster_contract.ts";

interface LstmCase {
  seed: number;
  batch: number;
  rate: number;
  shape: EncoderDecoderShape;
  predictions: number[];
  loss: number;
  gradients: number[];
  training: number[];
  validation: number[];
}

/** `make_lstm.py` beside it says where each number comes from. */
const fixture: LstmCase[] = JSON.parse(Deno.readTextFileSync(new URL("./fixtures/lstm.json", import.meta.url)));

/** Draws what make_lstm.py draws, in its order. */
function drawn({ seed, batch, rate, shape }: LstmCase) {
  const draw = pseudoRandom(seed);
  const { units, layers, inputSteps, outputSteps } = shape;
  const parameters = Float64Array.from({ length: parameterCount(shape) }, () => draw() - 0.4);
  const inputs = Float64Array.from({ length: batch * inputSteps }, draw);
  const targets = Float64Array.from({ length: batch * outputSteps }, draw);
  const network = new EncoderDecoder(shape, parameters, batch);
  for (let layer = 0; layer < 2 * layers; layer++) {
    for (const factors of network.dropout[layer]!) {
      for (let at = 0; at < batch * units; at++) factors[at] = draw() < rate ? 0 : 1 / (1 - rate);
    }
  }
  const series = Float64Array.from({ length: batch + inputSteps + 2 * outputSteps + 2 }, draw);
  return { network, parameters, inputs, targets, series };
}

Deno.test("EncoderDecoder has PyTorch's forecasts, loss and gradients", () => {
  for (const golden of fixture) {
    const { network, inputs, targets } = drawn(golden);
    const { batch } = golden;
    const predictions = network.forward(inputs, batch, true);
    const count = targets.length;
    let loss = 0;
    const byPrediction = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      assertWithin(predictions[i]!, golden.predictions[i]!, 1e-11, `forecast ${i} of case ${golden.seed}`);
      loss += (predictions[i]! - targets[i]!) ** 2 / count;
      byPrediction[i] = 2 * (predictions[i]! - targets[i]!) / count;
    }
    assertRelative(loss, golden.loss, 1e-11, `loss of case ${golden.seed}`);
    network.backward(byPrediction, batch);
    assert.equal(network.gradients.length, golden.gradients.length);
    const largest = Math.max(...golden.gradients.map(Math.abs));
    golden.gradients.forEach((expected, i) =>
      assertWithin(network.gradients[i]!, expected, 1e-11 * largest, `gradient ${i} of case ${golden.seed}`)
    );
  }
});

Deno.test("EncoderDecoder.backward() adds to the gradients and leaves no trace of a larger batch before", () => {
  const golden = fixture[1]!;
  const { network, inputs } = drawn(golden);
  const { inputSteps, outputSteps } = golden.shape;
  const gradient = Float64Array.from({ length: 6 * outputSteps }, (_, i) => Math.sin(i));
  const small = drawn(golden).network;
  small.forward(inputs.subarray(0, 2 * inputSteps), 2);
  small.backward(gradient.subarray(0, 2 * outputSteps), 2);
  network.forward(inputs, 6);
  network.backward(gradient, 6);
  network.gradients.fill(0);
  for (let twice = 0; twice < 2; twice++) {
    network.forward(inputs.subarray(0, 2 * inputSteps), 2);
    network.backward(gradient.subarray(0, 2 * outputSteps), 2);
  }
  network.gradients.forEach((value, i) => assertWithin(value, 2 * small.gradients[i]!, 1e-13, `gradient ${i}`));
});

Deno.test("trainEncoderDecoder() has PyTorch's training curves from the same parameters", () => {
  for (const golden of fixture) {
    const { parameters, series } = drawn(golden);
    const trained = trainEncoderDecoder(series, golden.shape, {
      epochs: 30,
      batch: golden.batch,
      learningRate: 0.01,
      dropout: 0,
      validationShare: 4.5 / (golden.batch + 3 + golden.shape.outputSteps),
      patience: 30,
      seed: 1,
    }, parameters);
    for (
      const [curve, expected] of [["trainingErrors", golden.training], ["validationErrors", golden.validation]] as const
    ) {
      assert.equal(trained[curve].length, expected.length);
      expected.forEach((value, epoch) =>
        assertRelative(trained[curve][epoch]!, value, 1e-8, `${curve} ${epoch} of case ${golden.seed}`)
      );
    }
  }
});

const window = arimaSeries(3).slice(0, 150);
const options = { inputSteps: 4, outputSteps: 2, horizon: 5, units: 3, epochs: 4 };

testContract("lstm", { forecaster: lstm, options, window, minimumLength: 30, horizon: 5 });

Deno.test("lstm.fit() learns a wave that the last value cannot follow", () => {
  const wave = Float64Array.from({ length: 200 }, (_, t) => 3 + 2 * Math.sin(t / 3));
  const model = lstm.fit(wave, { dropout: 0, epochs: 40, patience: 40 });
  const { mean } = model.predict(5);
  let squares = 0;
  let ofLast = 0;
  for (let step = 0; step < 5; step++) {
    const actual = 3 + 2 * Math.sin((200 + step) / 3);
    squares += (mean[step]! - actual) ** 2;
    ofLast += (wave[199]! - actual) ** 2;
  }
  assert.ok(squares < ofLast / 10, `${squares} of ${ofLast}`);
});

Deno.test("lstm.fit() stops after the best pass and keeps its parameters", () => {
  const { validationErrors, parameters } = trainEncoderDecoder(
    window.map((value) => value / 4),
    { inputSteps: 3, outputSteps: 1, units: 4, layers: 1, activation: "tanh" },
    { epochs: 60, batch: 16, learningRate: 0.03, dropout: 0, validationShare: 0.2, patience: 3, seed: 5 },
  );
  const best = validationErrors.indexOf(Math.min(...validationErrors));
  assert.ok(validationErrors.length < 60, "stopped early");
  assert.equal(validationErrors.length, best + 4);
  const network = new EncoderDecoder(
    { inputSteps: 3, outputSteps: 1, units: 4, layers: 1, activation: "tanh" },
    parameters,
    1,
  );
  // 147 windows, of which the last 29 validate.
  let squares = 0;
  for (let first = 118; first < 147; first++) {
    const inputs = window.slice(first, first + 3).map((value) => value / 4);
    squares += (network.forward(inputs, 1)[0]! - window[first + 3]! / 4) ** 2;
  }
  assertRelative(squares / 29, validationErrors[best]!, 1e-12, "validation error");
});

Deno.test("lstm.fit() takes its errors from values that no training window holds", () => {
  const { standardDeviation } = lstm.fit(window, options).predict(5);
  // Values from index 121 on change nothing in training windows: 145 windows, 29 validate, 1 between, 115 train.
  let model = lstm.restore({ ...lstm.fit(window, options).toJSON(), recent: [...window.slice(116, 120)] });
  const squares: number[][] = [[], [], [], [], []];
  for (let origin = 119; origin < 149; origin++) {
    const { mean } = model.predict(5);
    for (let step = 0; step < 5 && origin + step + 1 < 150; step++) {
      squares[step]!.push((window[origin + step + 1]! - mean[step]!) ** 2);
    }
    model = lstm.restore({ ...model.toJSON(), recent: [...window.slice(origin - 2, origin + 2)] });
  }
  squares.forEach((list, step) => {
    const expected = Math.sqrt(list.reduce((sum, value) => sum + value, 0) / list.length);
    assertRelative(standardDeviation[step]!, expected, 1e-12, `error ${step}`);
  });
});

Deno.test("lstm.fit() gives other parameters for another seed", () => {
  const json = (seed: number) => JSON.stringify(lstm.fit(window, { ...options, seed }));
  assert.equal(json(1), json(1));
  assert.notEqual(json(1), json(2));
});

Deno.test("RESEARCH_LSTM has the research's 71,051 parameters", () => {
  assert.equal(parameterCount(RESEARCH_LSTM), 71_051);
});

Deno.test("lstm refuses shapes and settings that it cannot train", () => {
  for (const name of ["inputSteps", "outputSteps", "horizon", "units", "layers", "epochs", "patience", "batch"]) {
    for (const value of [0, 1.5, NaN]) {
      assert.throws(() => lstm.fit(window, { ...options, [name]: value }), new RegExp(name));
    }
  }
  for (const dropout of [-0.1, 1, NaN]) assert.throws(() => lstm.fit(window, { ...options, dropout }), /dropout/);
  for (const learningRate of [0, -1, NaN]) {
    assert.throws(() => lstm.fit(window, { ...options, learningRate }), /learningRate/);
  }
  assert.throws(() => lstm.fit(window, { ...options, activation: "softmax" as "tanh" }), /tanh, relu/);
  assert.throws(() => lstm.fit(window, { ...options, activation: "relu", learningRate: 1e200 }), /diverged.*lower/);
  const json = JSON.parse(JSON.stringify(lstm.fit(window, options)));
  assert.throws(() => lstm.restore({ ...json, units: 4 }), /has \d+ parameters, the stored one \d+/);
  assert.throws(() => lstm.restore({ ...json, parameters: "?" }), /parameters cannot be read/);
});
