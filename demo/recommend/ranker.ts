/** Candidates of one request, a row of features each, row-major. */
export interface Candidates {
  readonly items: Int32Array;
  readonly features: Float32Array;
}

/** Candidates among which one was chosen. */
export interface Choice extends Candidates {
  /** Which of them. */
  readonly chosen: number;
}

const STEPS = 60;
const RATE = 0.25;

/**
 * A linear ranker: the weights under which the chosen candidates are likeliest, each with a chance in proportion to
 * exp(weights . features) (McFadden, "Conditional logit analysis of qualitative choice behavior", 1974), by gradient ascent.
 */
export class LinearRanker {
  /** Of features over their standard deviations, so that they can be held against each other. */
  readonly weights: Float64Array;
  readonly #scales: Float64Array;

  private constructor(scales: Float64Array) {
    this.#scales = scales;
    this.weights = new Float64Array(scales.length);
  }

  static learn(choices: readonly Choice[], features: number): LinearRanker {
    const ranker = new LinearRanker(deviationsOf(choices, features));
    for (let step = 0; step < STEPS; step++) {
      const gradient = new Float64Array(features);
      for (const choice of choices) ranker.#addGradient(choice, gradient);
      for (let f = 0; f < features; f++) ranker.weights[f] += (RATE * gradient[f]) / choices.length;
    }
    return ranker;
  }

  score({ items, features }: Candidates): Float32Array {
    const width = this.weights.length;
    const weights = this.weights.map((weight, f) => weight / this.#scales[f]);
    const scores = new Float32Array(items.length);
    for (let row = 0, at = 0; row < scores.length; row++) {
      let sum = 0;
      for (let f = 0; f < width; f++) sum += weights[f] * features[at++];
      scores[row] = sum;
    }
    return scores;
  }

  /** The features of the chosen one, less those that were expected. */
  #addGradient(choice: Choice, gradient: Float64Array): void {
    const width = this.weights.length;
    const scores = this.score(choice);
    const most = scores.reduce((a, b) => Math.max(a, b));
    let all = 0;
    for (let row = 0; row < scores.length; row++) {
      scores[row] = Math.exp(scores[row] - most);
      all += scores[row];
    }
    for (let row = 0, at = 0; row < scores.length; row++) {
      const weight = (row === choice.chosen ? 1 : 0) - scores[row] / all;
      for (let f = 0; f < width; f++) gradient[f] += (weight * choice.features[at++]) / this.#scales[f];
    }
  }
}

function deviationsOf(choices: readonly Candidates[], width: number): Float64Array {
  const sums = new Float64Array(width);
  const squares = new Float64Array(width);
  let rows = 0;
  for (const { features, items } of choices) {
    for (let i = 0; i < features.length; i++) {
      sums[i % width] += features[i];
      squares[i % width] += features[i] * features[i];
    }
    rows += items.length;
  }
  return sums.map((sum, f) => Math.sqrt(Math.max(squares[f] / rows - (sum / rows) ** 2, 1e-12)));
}

/** Items by their scores, best first. */
export function byScore(items: Int32Array, scores: Float32Array, k: number): Int32Array {
  const order = [...items.keys()].sort((a, b) => scores[b] - scores[a] || items[a] - items[b]);
  return Int32Array.from(order.slice(0, k), (at) => items[at]);
}
