import { addProduct } from "./dense_kernels.ts";
import { type Activation, LstmLayer, lstmParameterCount, partsOf } from "./lstm_layer.ts";
import type { RandomNumbers } from "../random_numbers.ts";

/** Shape of an encoder–decoder. */
export interface EncoderDecoderShape {
  /** Number of input values of a forecast. */
  inputSteps: number;
  /** Number of values forecast at once. */
  outputSteps: number;
  /** Number of units of each layer. */
  units: number;
  /** Number of layers of the encoder, and of the decoder. */
  layers: number;
  activation: Activation;
}

/** Number of parameters of an encoder–decoder. */
export function parameterCount({ units, layers }: EncoderDecoderShape): number {
  const inner = lstmParameterCount(units, units);
  return lstmParameterCount(1, units) + (2 * layers - 1) * inner + units + 1;
}

/**
 * A network that reads `inputSteps` values by stacked layers of long short-term memory, repeats the last output for each of
 * `outputSteps` steps, and forecasts from it by as many layers and one linear unit shared by all steps.
 *
 * Dropout follows each layer: outputs are multiplied by given factors, 0 or 1 / (1 − rate).
 *
 * Parameters lie in one array: the encoder's layers, the decoder's (see {@link LstmLayer}), weights of the linear unit
 * and its bias.
 *
 * Source: Sutskever, Vinyals & Le (2014), without passing of states, as Keras' RepeatVector has it; Srivastava et al. (2014) for
 * dropout. Verified: tests/quant/forecast/fixtures/lstm.json (PyTorch).
 */
export class EncoderDecoder {
  readonly shape: EncoderDecoderShape;
  readonly parameters: Float64Array;
  /** Sum of derivatives by each parameter since it was last cleared. */
  readonly gradients: Float64Array;
  /** Dropout factors after each layer and step, batch × units; applied in {@link forward} if `training`. */
  readonly dropout: Float64Array[][];
  readonly #layers: LstmLayer[];
  readonly #dropped: Float64Array[][];
  readonly #inputs: Float64Array[];
  readonly #predictions: Float64Array;
  readonly #linear: { weights: Float64Array; bias: Float64Array };
  readonly #linearGradients: { weights: Float64Array; bias: Float64Array };
  readonly #gradientAbove: Float64Array[];
  #training = false;

  /** @param parameters Taken over, not copied; of length {@link parameterCount}. */
  constructor(shape: EncoderDecoderShape, parameters: Float64Array, batch: number) {
    const { inputSteps, outputSteps, units, layers, activation } = shape;
    this.shape = shape;
    this.parameters = parameters;
    this.gradients = new Float64Array(parameters.length);
    this.#layers = [];
    this.dropout = [];
    this.#dropped = [];
    let start = 0;
    for (let layer = 0; layer < 2 * layers; layer++) {
      const inputSize = layer === 0 ? 1 : units;
      const steps = layer < layers ? inputSteps : outputSteps;
      const end = start + lstmParameterCount(inputSize, units);
      this.#layers.push(
        new LstmLayer(parameters.subarray(start, end), this.gradients.subarray(start, end), {
          inputSize,
          units,
          activation,
          steps,
          batch,
        }),
      );
      start = end;
      const each = () => Array.from({ length: steps }, () => new Float64Array(batch * units).fill(1));
      this.dropout.push(each());
      this.#dropped.push(each());
    }
    const linear = (from: Float64Array) => ({
      weights: from.subarray(start, start + units),
      bias: from.subarray(start + units),
    });
    this.#linear = linear(parameters);
    this.#linearGradients = linear(this.gradients);
    this.#inputs = Array.from({ length: inputSteps }, () => new Float64Array(batch));
    this.#predictions = new Float64Array(batch * outputSteps);
    const mostSteps = Math.max(inputSteps, outputSteps);
    this.#gradientAbove = Array.from({ length: mostSteps }, () => new Float64Array(batch * units));
  }

  /**
   * Forecasts of a batch.
   *
   * @param inputs batch × inputSteps by rows, oldest first.
   * @param training Whether dropout factors apply.
   * @returns batch × outputSteps by rows, overwritten by the next call.
   */
  forward(inputs: Float64Array, batch: number, training = false): Float64Array {
    const { inputSteps, outputSteps, units, layers } = this.shape;
    this.#training = training;
    for (let step = 0; step < inputSteps; step++) {
      for (let row = 0; row < batch; row++) this.#inputs[step]![row] = inputs[row * inputSteps + step]!;
    }
    let sequence: readonly Float64Array[] = this.#inputs;
    for (let layer = 0; layer < 2 * layers; layer++) {
      if (layer === layers) sequence = new Array(outputSteps).fill(sequence.at(-1));
      sequence = this.#drop(layer, this.#layers[layer]!.forward(sequence, batch), batch);
    }
    const predictions = this.#predictions;
    const column = new Float64Array(batch);
    for (let step = 0; step < outputSteps; step++) {
      column.fill(this.#linear.bias[0]!);
      addProduct(column, sequence[step]!, this.#linear.weights, batch, units, 1);
      for (let row = 0; row < batch; row++) predictions[row * outputSteps + step] = column[row]!;
    }
    return predictions;
  }

  /** Adds the derivatives of a loss by the parameters to {@link gradients}, after {@link forward} of the same batch. */
  backward(predictionGradients: Float64Array, batch: number): void {
    const { inputSteps, outputSteps, units, layers } = this.shape;
    const { weights, bias } = this.#linearGradients;
    const last = this.#sequenceAfter(2 * layers - 1);
    for (let step = 0; step < outputSteps; step++) {
      const above = this.#gradientAbove[step]!;
      for (let row = 0; row < batch; row++) {
        const gradient = predictionGradients[row * outputSteps + step]!;
        bias[0] = bias[0]! + gradient;
        for (let unit = 0; unit < units; unit++) {
          const at = row * units + unit;
          weights[unit] = weights[unit]! + gradient * last[step]![at]!;
          above[at] = gradient * this.#linear.weights[unit]!;
        }
      }
    }
    for (let layer = 2 * layers - 1; layer >= 0; layer--) {
      const steps = layer < layers ? inputSteps : outputSteps;
      // The decoder reads only the encoder's last output, once per step.
      const seen = (step: number) => layer !== layers - 1 || step === inputSteps - 1;
      const outputGradients = Array.from({ length: steps }, (_, step) => {
        if (!seen(step)) return null;
        const above = this.#gradientAbove[step]!;
        if (this.#training) scale(above, this.dropout[layer]![step]!, batch * units);
        return above;
      });
      const current = this.#layers[layer]!;
      current.backward(outputGradients, batch);
      if (layer === layers) {
        const sum = this.#gradientAbove[inputSteps - 1]!.fill(0);
        for (const gradient of current.inputGradients) {
          for (let at = 0; at < batch * units; at++) sum[at] = sum[at]! + gradient[at]!;
        }
      } else if (layer > 0) {
        current.inputGradients.forEach((gradient, step) => this.#gradientAbove[step]!.set(gradient));
      }
    }
  }

  #drop(layer: number, outputs: readonly Float64Array[], batch: number): readonly Float64Array[] {
    if (!this.#training) return outputs;
    outputs.forEach((output, step) => {
      const dropped = this.#dropped[layer]![step]!;
      dropped.set(output);
      scale(dropped, this.dropout[layer]![step]!, batch * this.shape.units);
    });
    return this.#dropped[layer]!;
  }

  #sequenceAfter(layer: number): readonly Float64Array[] {
    return this.#training ? this.#dropped[layer]! : this.#layers[layer]!.outputs;
  }
}

/**
 * Parameters to start from: input weights uniform by Glorot and Bengio (2010), recurrent weights orthogonal by Saxe,
 * McClelland and Ganguli (2014), biases 0 but 1 at the forget gate (Jozefowicz, Zaremba & Sutskever, 2015).
 */
export function initialParameters(shape: EncoderDecoderShape, random: RandomNumbers): Float64Array {
  const { units, layers } = shape;
  const parameters = new Float64Array(parameterCount(shape));
  let start = 0;
  for (let layer = 0; layer < 2 * layers; layer++) {
    const inputSize = layer === 0 ? 1 : units;
    const end = start + lstmParameterCount(inputSize, units);
    const { input, recurrent, bias } = partsOf(parameters.subarray(start, end), inputSize, units);
    fillUniform(input, Math.sqrt(6 / (inputSize + 4 * units)), random);
    fillOrthogonal(recurrent, units, 4 * units, random);
    bias.fill(1, units, 2 * units);
    start = end;
  }
  fillUniform(parameters.subarray(start, start + units), Math.sqrt(6 / (units + 1)), random);
  return parameters;
}

function fillUniform(weights: Float64Array, limit: number, random: RandomNumbers): void {
  for (let i = 0; i < weights.length; i++) weights[i] = limit * (2 * random.uniform() - 1);
}

/** Rows of normal numbers, orthonormalized one after the other; needs rows ≤ columns. */
function fillOrthogonal(matrix: Float64Array, rows: number, columns: number, random: RandomNumbers): void {
  for (let row = 0; row < rows; row++) {
    const current = matrix.subarray(row * columns, (row + 1) * columns);
    for (let j = 0; j < columns; j++) current[j] = random.normal();
    for (let other = 0; other < row; other++) {
      const before = matrix.subarray(other * columns, (other + 1) * columns);
      let share = 0;
      for (let j = 0; j < columns; j++) share += current[j]! * before[j]!;
      for (let j = 0; j < columns; j++) current[j] = current[j]! - share * before[j]!;
    }
    const length = Math.hypot(...current);
    for (let j = 0; j < columns; j++) current[j] = current[j]! / length;
  }
}

function scale(values: Float64Array, factors: Float64Array, count: number): void {
  for (let at = 0; at < count; at++) values[at] = values[at]! * factors[at]!;
}
