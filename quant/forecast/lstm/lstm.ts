import { requireFinite, requireInteger, requireOneOf } from "../../validate.ts";
import { fromBase64, toBase64 } from "../base64_numbers.ts";
import { fromRecent } from "../from_recent.ts";
import type { Forecaster, ForecastModel } from "../forecaster.ts";
import { horizonErrors } from "../horizon_errors.ts";
import { ModelFields, requireValue } from "../model_json.ts";
import { type WindowScale, windowScale } from "../window_scale.ts";
import { EncoderDecoder, type EncoderDecoderShape, parameterCount } from "./encoder_decoder.ts";
import type { Activation } from "./lstm_layer.ts";
import { trainEncoderDecoder, windowSplit } from "./train_encoder_decoder.ts";

const METHOD = "lstm";

/** Share of the windows, at the end, used for early stopping and for measuring errors. */
const VALIDATION_SHARE = 0.2;

/** Shape and training of the network. */
export interface LstmOptions {
  /** Number of input values of a forecast. Default 10. */
  inputSteps?: number;
  /** Number of output values of the network; later steps are forecast from forecasts. Default 3. */
  outputSteps?: number;
  /** Maximum number of steps ahead. Default 10. */
  horizon?: number;
  /** Number of units of each layer. Default 8. */
  units?: number;
  /** Number of layers of the encoder, and of the decoder. Default 1. */
  layers?: number;
  /** Function of the candidate and of the cell's output. Default `"tanh"`. */
  activation?: Activation;
  /** Share of outputs dropped after each layer while training, 0 ≤ rate < 1. Default 0.2. */
  dropout?: number;
  /** Maximum number of passes over the training windows. Default 40. */
  epochs?: number;
  /** Passes without a smaller validation error after which training ends. Default 5. */
  patience?: number;
  /** Number of windows per step. Default 16. */
  batch?: number;
  /** Step size of Adam. Default 0.005. */
  learningRate?: number;
  /** Seed of parameters, order and dropout, an integer from 0 to 2³² − 1. Default 42. */
  seed?: number;
}

/** The settings of the original research: 71,051 parameters, 3 values in, 1 out. */
export const RESEARCH_LSTM = {
  inputSteps: 3,
  outputSteps: 1,
  units: 50,
  layers: 2,
  activation: "relu",
  dropout: 0.2,
  epochs: 50,
  patience: 10,
  batch: 16,
  learningRate: 0.001,
} as const satisfies LstmOptions;

/** A trained network. */
export interface LstmModel extends ForecastModel {
  /** Passes over the training windows until the smallest validation error. */
  readonly epochs: number;
  /** Mean squared error on the validation windows, scaled to 0 … 1. */
  readonly validationError: number;
}

/**
 * Encoder–decoder of long short-term memory on the last values, scaled to 0 … 1 on the window.
 *
 * Trained on the first four fifths of the window's sequences by Adam with dropout; the last fifth decides when to stop, and
 * parameters are those with the smallest error there. The errors of h steps are measured on the same fifth, so that they are
 * slightly too small. Windows have at least max(5 · horizon, 2 · outputSteps) + inputSteps + outputSteps − 1 values.
 *
 * Bits depend on the platform's `Math.exp` and `Math.tanh`, which one version of Deno computes alike everywhere.
 *
 * @example
 * ```ts
 * import { lstm } from "./lstm.ts";
 * const window = Float64Array.from({ length: 120 }, (_, t) => Math.sin(t / 5));
 * lstm.fit(window, { units: 4, epochs: 3 }).predict(3).mean.length; // 3
 * ```
 *
 * Source: Hochreiter & Schmidhuber (1997); Sutskever, Vinyals & Le (2014). Verified:
 * tests/quant/forecast/fixtures/lstm.json (PyTorch). Cost: O(epochs · n · steps · layers · units²).
 */
export const lstm: Forecaster<LstmOptions, LstmModel> = {
  method: METHOD,
  fit(window, options = {}) {
    const {
      inputSteps = 10,
      outputSteps = 3,
      horizon = 10,
      units = 8,
      layers = 1,
      activation = "tanh",
      dropout = 0.2,
      epochs = 40,
      patience = 5,
      batch = 16,
      learningRate = 0.005,
      seed = 42,
    } = options;
    const shape = requireShape({ inputSteps, outputSteps, units, layers, activation });
    for (const [name, value] of Object.entries({ horizon, epochs, patience, batch })) requireInteger(value, name, 1);
    if (!(dropout >= 0 && dropout < 1)) throw new RangeError(`dropout must lie in 0 ≤ rate < 1, got ${dropout}.`);
    if (!(learningRate > 0 && learningRate < Infinity)) {
      throw new RangeError(`learningRate must be positive, got ${learningRate}.`);
    }
    requireFinite(window, "window", Math.max(5 * horizon, 2 * outputSteps) + inputSteps + outputSteps - 1);

    const scale = windowScale(window);
    const scaled = window.map((value) => (value - scale.offset) / scale.range);
    const trained = trainEncoderDecoder(scaled, shape, {
      epochs,
      batch,
      learningRate,
      dropout,
      validationShare: VALIDATION_SHARE,
      patience,
      seed,
    });
    const validationError = Math.min(...trained.validationErrors);
    if (!Number.isFinite(validationError)) {
      throw new RangeError(
        `Training diverged with learningRate ${learningRate} and activation ${activation}: lower the rate or use tanh.`,
      );
    }
    const network = new EncoderDecoder(shape, trained.parameters, 1);
    const { training } = windowSplit(window.length, shape, VALIDATION_SHARE);
    // The first origin whose later values are in no training window.
    const first = training + inputSteps + outputSteps - 2;
    const errors = horizonErrors(window, first, horizon, (origin, forecasts) => {
      extend(network, scale, window.subarray(origin + 1 - inputSteps, origin + 1), forecasts);
    });
    return model({
      network,
      scale,
      recent: window.slice(-inputSteps).map(requireValue),
      errors,
      epochs: trained.validationErrors.indexOf(validationError) + 1,
      validationError,
    });
  },
  restore(json) {
    const fields = new ModelFields(json, METHOD);
    const shape = requireShape({
      inputSteps: fields.integer("inputSteps", 1),
      outputSteps: fields.integer("outputSteps", 1),
      units: fields.integer("units", 1),
      layers: fields.integer("layers", 1),
      activation: fields.raw("activation") as Activation,
    });
    const bytes = fromBase64(fields.raw("parameters"), "parameters");
    if (bytes.byteLength !== 8 * parameterCount(shape)) {
      throw new RangeError(
        `A network of this shape has ${parameterCount(shape)} parameters, the stored one ${bytes.byteLength / 8}.`,
      );
    }
    const parameters = new Float64Array(bytes);
    requireFinite(parameters, "parameters", 1);
    return model({
      network: new EncoderDecoder(shape, parameters, 1),
      scale: { offset: fields.number("offset"), range: fields.number("range", Number.MIN_VALUE) },
      recent: fields.numbers("recent", shape.inputSteps),
      errors: fields.numbers("errors"),
      epochs: fields.integer("epochs", 1),
      validationError: fields.number("validationError", 0),
    });
  },
};

interface LstmState {
  /** For batches of one; shared by all models made by updates. */
  network: EncoderDecoder;
  scale: WindowScale;
  /** The newest values, oldest first. */
  recent: Float64Array;
  /** Root mean squared error by step. */
  errors: Float64Array;
  epochs: number;
  validationError: number;
}

function requireShape(shape: EncoderDecoderShape): EncoderDecoderShape {
  const { inputSteps, outputSteps, units, layers, activation } = shape;
  for (const [name, value] of Object.entries({ inputSteps, outputSteps, units, layers })) {
    requireInteger(value, name, 1, 1000);
  }
  requireOneOf(activation, "activation", ["tanh", "relu"]);
  return shape;
}

/** Writes the forecasts of the values after `recent`. */
function extend(network: EncoderDecoder, scale: WindowScale, recent: Float64Array, forecasts: Float64Array): void {
  const { inputSteps, outputSteps } = network.shape;
  const inputs = recent.map((value) => (value - scale.offset) / scale.range);
  for (let done = 0; done < forecasts.length; done += outputSteps) {
    const outputs = network.forward(inputs, 1);
    for (let step = 0; step < outputSteps; step++) {
      if (done + step < forecasts.length) forecasts[done + step] = scale.offset + scale.range * outputs[step]!;
      inputs.copyWithin(0, 1);
      inputs[inputSteps - 1] = outputs[step]!;
    }
  }
}

function model(state: LstmState): LstmModel {
  const { network, scale, recent, errors, epochs, validationError } = state;
  return {
    method: METHOD,
    epochs,
    validationError,
    ...fromRecent(
      state,
      (forecasts) => extend(network, scale, recent, forecasts),
      (recent) => model({ ...state, recent }),
    ),
    toJSON: () => ({
      method: METHOD,
      ...network.shape,
      parameters: toBase64(network.parameters),
      ...scale,
      recent: Array.from(recent),
      errors: Array.from(errors),
      epochs,
      validationError,
    }),
  };
}
