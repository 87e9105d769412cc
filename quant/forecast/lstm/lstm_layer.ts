import { addProduct, addProductWithTransposed, addTransposedProduct } from "./dense_kernels.ts";

/** Function of the candidate and of the cell's output; gates are always sigmoid. */
export type Activation = "relu" | "tanh";

/** Shape of a layer, with its maximum batch. */
export interface LstmShape {
  inputSize: number;
  units: number;
  activation: Activation;
  /** Time steps. */
  steps: number;
  /** Maximum number of sequences at once. */
  batch: number;
}

/** Parameters of a layer: input weights, recurrent weights and bias, each for 4 · units gates. */
export function lstmParameterCount(inputSize: number, units: number): number {
  return 4 * units * (inputSize + units + 1);
}

/**
 * A layer of long short-term memory with its derivatives, state 0 before the first step.
 *
 * With gates i, f, g, o = σ, σ, φ, σ of x·W + h·U + b: c = f·c' + i·g and h = o·φ(c). Parameters lie in one array: W
 * (inputSize × 4·units), U (units × 4·units) and b (4·units), gates in the order i, f, g, o. A sequence batch is an array
 * of steps, each batch × size by rows.
 *
 * Source: Hochreiter & Schmidhuber (1997), Neural Computation 9, with the forget gate of Gers, Schmidhuber & Cummins
 * (2000). Verified: tests/quant/forecast/fixtures/lstm.json (PyTorch's automatic differentiation). Cost: O(steps · batch
 * · units · (inputSize + units)).
 */
export class LstmLayer {
  /** Output of each step, batch × units. */
  readonly outputs: Float64Array[];
  /** Derivative of the loss by each step's input, after {@link backward}. */
  readonly inputGradients: Float64Array[];
  readonly #shape: LstmShape;
  readonly #weights: LayerParts;
  readonly #gradients: LayerParts;
  /** Activated gates of each step, batch × 4·units; their derivatives after {@link backward}. */
  readonly #gates: Float64Array[];
  readonly #cells: Float64Array[];
  readonly #activatedCells: Float64Array[];
  readonly #zeros: Float64Array;
  readonly #outputGradient: Float64Array;
  readonly #cellGradient: Float64Array;
  #inputs: readonly Float64Array[] = [];

  constructor(parameters: Float64Array, gradients: Float64Array, shape: LstmShape) {
    const { inputSize, units, steps, batch } = shape;
    const each = (size: number) => Array.from({ length: steps }, () => new Float64Array(batch * size));
    this.#shape = shape;
    this.#weights = partsOf(parameters, inputSize, units);
    this.#gradients = partsOf(gradients, inputSize, units);
    this.outputs = each(units);
    this.inputGradients = each(inputSize);
    this.#gates = each(4 * units);
    this.#cells = each(units);
    this.#activatedCells = each(units);
    this.#zeros = new Float64Array(batch * units);
    this.#outputGradient = new Float64Array(batch * units);
    this.#cellGradient = new Float64Array(batch * units);
  }

  /** Runs the layer over its steps; `inputs` are kept for {@link backward}. */
  forward(inputs: readonly Float64Array[], batch: number): readonly Float64Array[] {
    const { inputSize, units, steps, activation } = this.#shape;
    const { input, recurrent, bias } = this.#weights;
    this.#inputs = inputs;
    for (let step = 0; step < steps; step++) {
      const gates = this.#gates[step]!;
      for (let row = 0; row < batch; row++) gates.set(bias, row * 4 * units);
      addProduct(gates, inputs[step]!, input, batch, inputSize, 4 * units);
      if (step > 0) addProduct(gates, this.outputs[step - 1]!, recurrent, batch, units, 4 * units);
      const before = step > 0 ? this.#cells[step - 1]! : this.#zeros;
      const [cells, activated, outputs] = [this.#cells[step]!, this.#activatedCells[step]!, this.outputs[step]!];
      for (let row = 0; row < batch; row++) {
        const start = row * 4 * units;
        for (let unit = 0; unit < units; unit++) {
          const at = row * units + unit;
          const i = gates[start + unit] = sigmoid(gates[start + unit]!);
          const f = gates[start + units + unit] = sigmoid(gates[start + units + unit]!);
          const g = gates[start + 2 * units + unit] = activate(gates[start + 2 * units + unit]!, activation);
          const o = gates[start + 3 * units + unit] = sigmoid(gates[start + 3 * units + unit]!);
          cells[at] = f * before[at]! + i * g;
          activated[at] = activate(cells[at]!, activation);
          outputs[at] = o * activated[at]!;
        }
      }
    }
    return this.outputs;
  }

  /**
   * Adds the derivatives by the parameters to the gradients and sets {@link inputGradients}.
   *
   * @param outputGradients Derivative of the loss by each step's output; `null` if the loss does not depend on it.
   */
  backward(outputGradients: readonly (Float64Array | null)[], batch: number): void {
    const { inputSize, units, steps, activation } = this.#shape;
    const { input, recurrent } = this.#weights;
    const carried = this.#outputGradient.fill(0);
    const cellGradient = this.#cellGradient.fill(0);
    for (let step = steps - 1; step >= 0; step--) {
      const gates = this.#gates[step]!;
      const activated = this.#activatedCells[step]!;
      const before = step > 0 ? this.#cells[step - 1]! : this.#zeros;
      const fromAbove = outputGradients[step];
      for (let row = 0; row < batch; row++) {
        const start = row * 4 * units;
        for (let unit = 0; unit < units; unit++) {
          const at = row * units + unit;
          const i = gates[start + unit]!;
          const f = gates[start + units + unit]!;
          const g = gates[start + 2 * units + unit]!;
          const o = gates[start + 3 * units + unit]!;
          const byOutput = carried[at]! + (fromAbove ? fromAbove[at]! : 0);
          const byCell = cellGradient[at]! + byOutput * o * slope(activated[at]!, activation);
          gates[start + unit] = byCell * g * i * (1 - i);
          gates[start + units + unit] = byCell * before[at]! * f * (1 - f);
          gates[start + 2 * units + unit] = byCell * i * slope(g, activation);
          gates[start + 3 * units + unit] = byOutput * activated[at]! * o * (1 - o);
          cellGradient[at] = byCell * f;
        }
        for (let gate = 0; gate < 4 * units; gate++) {
          this.#gradients.bias[gate] = this.#gradients.bias[gate]! + gates[start + gate]!;
        }
      }
      addTransposedProduct(this.#gradients.input, this.#inputs[step]!, gates, batch, inputSize, 4 * units);
      addProductWithTransposed(this.inputGradients[step]!.fill(0), gates, input, batch, inputSize, 4 * units);
      carried.fill(0);
      if (step > 0) {
        addTransposedProduct(this.#gradients.recurrent, this.outputs[step - 1]!, gates, batch, units, 4 * units);
        addProductWithTransposed(carried, gates, recurrent, batch, units, 4 * units);
      }
    }
  }
}

interface LayerParts {
  input: Float64Array;
  recurrent: Float64Array;
  bias: Float64Array;
}

/** Views of the three parts of a layer's parameters. */
export function partsOf(parameters: Float64Array, inputSize: number, units: number): LayerParts {
  const recurrentStart = 4 * units * inputSize;
  const biasStart = recurrentStart + 4 * units * units;
  return {
    input: parameters.subarray(0, recurrentStart),
    recurrent: parameters.subarray(recurrentStart, biasStart),
    bias: parameters.subarray(biasStart, biasStart + 4 * units),
  };
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

function activate(x: number, activation: Activation): number {
  return activation === "tanh" ? Math.tanh(x) : x > 0 ? x : 0;
}

/** Derivative of the activation where its value is `y`. */
function slope(y: number, activation: Activation): number {
  return activation === "tanh" ? 1 - y * y : y > 0 ? 1 : 0;
}
