/** Decay of the mean of gradients, and of the mean of squared gradients. */
const [beta1, beta2] = [0.9, 0.999];
/** Added to the root of the mean square. */
const epsilon = 1e-8;

/**
 * Stochastic gradient descent by adaptive moments.
 *
 * Source: Kingma & Ba (2015), algorithm 1. Verified: tests/quant/forecast/fixtures/lstm.json (PyTorch).
 */
export class Adam {
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  #steps = 0;

  /** @param learningRate Step size. */
  constructor(parameters: number, private readonly learningRate: number) {
    this.#means = new Float64Array(parameters);
    this.#squares = new Float64Array(parameters);
  }

  /** Updates the parameters by one step against the gradients. */
  step(parameters: Float64Array, gradients: Float64Array): void {
    const [means, squares] = [this.#means, this.#squares];
    this.#steps++;
    const size = this.learningRate / (1 - beta1 ** this.#steps);
    const rootCorrection = Math.sqrt(1 - beta2 ** this.#steps);
    for (let i = 0; i < parameters.length; i++) {
      const gradient = gradients[i]!;
      const mean = means[i] = beta1 * means[i]! + (1 - beta1) * gradient;
      const square = squares[i] = beta2 * squares[i]! + (1 - beta2) * gradient * gradient;
      parameters[i] = parameters[i]! - size * mean / (Math.sqrt(square) / rootCorrection + epsilon);
    }
  }
}
