/** Settings of {@link Adam}. */
export interface AdamOptions {
  /** Step size. Default 0.001. */
  learningRate?: number;
  /** Decay of the mean of gradients. Default 0.9. */
  beta1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  beta2?: number;
  /** Added to the root of the mean square. Default 1e-8. */
  epsilon?: number;
}

/**
 * Stochastic gradient descent by adaptive moments.
 *
 * Source: Kingma & Ba (2015), algorithm 1. Verified: tests/quant/forecast/fixtures/lstm.json (PyTorch).
 */
export class Adam {
  readonly #options: Required<AdamOptions>;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  #steps = 0;

  constructor(parameters: number, options: AdamOptions = {}) {
    this.#options = { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, ...options };
    this.#means = new Float64Array(parameters);
    this.#squares = new Float64Array(parameters);
  }

  /** Updates the parameters by one step against the gradients. */
  step(parameters: Float64Array, gradients: Float64Array): void {
    const { learningRate, beta1, beta2, epsilon } = this.#options;
    const [means, squares] = [this.#means, this.#squares];
    this.#steps++;
    const size = learningRate / (1 - beta1 ** this.#steps);
    const rootCorrection = Math.sqrt(1 - beta2 ** this.#steps);
    for (let i = 0; i < parameters.length; i++) {
      const gradient = gradients[i]!;
      const mean = means[i] = beta1 * means[i]! + (1 - beta1) * gradient;
      const square = squares[i] = beta2 * squares[i]! + (1 - beta2) * gradient * gradient;
      parameters[i] = parameters[i]! - size * mean / (Math.sqrt(square) / rootCorrection + epsilon);
    }
  }
}
