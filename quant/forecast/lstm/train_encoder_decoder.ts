import { Adam } from "./adam.ts";
import { EncoderDecoder, type EncoderDecoderShape, initialParameters } from "./encoder_decoder.ts";
import { RandomNumbers } from "../random_numbers.ts";

/** Training of a network. */
export interface TrainingOptions {
  /** Maximum number of passes over the training windows. */
  epochs: number;
  /** Number of windows in a step of the descent. */
  batch: number;
  /** Step size of the descent. */
  learningRate: number;
  /** Share of outputs that are dropped after each layer, 0 ≤ rate < 1. */
  dropout: number;
  /** Share of the windows, the last ones, that are excluded from training and decide when to stop. */
  validationShare: number;
  /** Passes without a smaller validation error after which training ends. */
  patience: number;
  /** Seed of the first parameters, the order of windows and dropout. */
  seed: number;
}

/** A trained network with its errors. */
export interface TrainedNetwork {
  /** Parameters after the pass with the smallest validation error. */
  parameters: Float64Array;
  /** Mean squared error of each pass over the training windows, with dropout, as the parameters moved. */
  trainingErrors: Float64Array;
  /** Mean squared error on the validation windows after each pass. */
  validationErrors: Float64Array;
}

/** Number of windows of consecutive inputs and outputs in a series. */
export function windowCount(length: number, { inputSteps, outputSteps }: EncoderDecoderShape): number {
  return length - inputSteps - outputSteps + 1;
}

/** Number of a series' windows for training, and, at its end, for validation. */
export function windowSplit(
  length: number,
  shape: EncoderDecoderShape,
  validationShare: number,
): { training: number; validation: number } {
  const windows = windowCount(length, shape);
  const validation = Math.floor(validationShare * windows);
  // Windows between the two sets would train on values that validation forecasts.
  return { training: windows - validation - (shape.outputSteps - 1), validation };
}

/**
 * Trains an encoder–decoder by {@link Adam} with mean squared error, on all windows of a series except the last ones.
 *
 * @param series Scaled values, oldest first.
 * @param start Parameters to start from; by default drawn from the seed.
 */
export function trainEncoderDecoder(
  series: Float64Array,
  shape: EncoderDecoderShape,
  options: TrainingOptions,
  start?: Float64Array,
): TrainedNetwork {
  const { epochs, batch, learningRate, dropout, validationShare, patience, seed } = options;
  const random = new RandomNumbers(seed);
  const parameters = start?.slice() ?? initialParameters(shape, random);
  const network = new EncoderDecoder(shape, parameters, batch);
  const adam = new Adam(parameters.length, learningRate);
  const { training, validation: held } = windowSplit(series.length, shape, validationShare);
  const order = Int32Array.from({ length: training }, (_, i) => i);
  const validation = Int32Array.from({ length: held }, (_, i) => training + shape.outputSteps - 1 + i);
  const inputs = new Float64Array(batch * shape.inputSteps);
  const targets = new Float64Array(batch * shape.outputSteps);

  const trainingErrors: number[] = [];
  const validationErrors: number[] = [];
  let best = parameters.slice();
  let bestEpoch = 0;
  for (let epoch = 0; epoch < epochs && epoch - bestEpoch <= patience; epoch++) {
    shuffle(order, random);
    let squares = 0;
    for (let first = 0; first < training; first += batch) {
      const size = Math.min(batch, training - first);
      gather(series, shape, order.subarray(first, first + size), inputs, targets);
      if (dropout > 0) drawDropout(network, dropout, size, random);
      const predictions = network.forward(inputs, size, dropout > 0);
      const count = size * shape.outputSteps;
      const gradients = new Float64Array(count);
      for (let i = 0; i < count; i++) {
        const error = predictions[i]! - targets[i]!;
        squares += error * error;
        gradients[i] = 2 * error / count;
      }
      network.gradients.fill(0);
      network.backward(gradients, size);
      adam.step(parameters, network.gradients);
    }
    trainingErrors.push(squares / (training * shape.outputSteps));

    squares = 0;
    for (let first = 0; first < validation.length; first += batch) {
      const size = Math.min(batch, validation.length - first);
      gather(series, shape, validation.subarray(first, first + size), inputs, targets);
      const predictions = network.forward(inputs, size);
      for (let i = 0; i < size * shape.outputSteps; i++) squares += (predictions[i]! - targets[i]!) ** 2;
    }
    validationErrors.push(squares / (validation.length * shape.outputSteps));
    if (validationErrors[epoch]! < Math.min(...validationErrors.slice(0, epoch))) {
      best = parameters.slice();
      bestEpoch = epoch;
    }
  }
  return {
    parameters: best,
    trainingErrors: Float64Array.from(trainingErrors),
    validationErrors: Float64Array.from(validationErrors),
  };
}

/** Copies windows by their first value's index. */
function gather(
  series: Float64Array,
  { inputSteps, outputSteps }: EncoderDecoderShape,
  windows: Int32Array,
  inputs: Float64Array,
  targets: Float64Array,
): void {
  windows.forEach((first, row) => {
    inputs.set(series.subarray(first, first + inputSteps), row * inputSteps);
    targets.set(series.subarray(first + inputSteps, first + inputSteps + outputSteps), row * outputSteps);
  });
}

function drawDropout(network: EncoderDecoder, rate: number, batch: number, random: RandomNumbers): void {
  const kept = 1 / (1 - rate);
  const count = batch * network.shape.units;
  for (const layer of network.dropout) {
    for (const factors of layer) {
      for (let at = 0; at < count; at++) factors[at] = random.integer() < rate * 2 ** 32 ? 0 : kept;
    }
  }
}

/** Fisher and Yates' shuffle. */
function shuffle(order: Int32Array, random: RandomNumbers): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
}
