import type { QuantileSketch } from 'lanewise';

/** What a sketch of quantiles offers, by keeping and sorting everything. */
export class NaiveSketch implements QuantileSketch {
  readonly #sorted: Float64Array;

  constructor(values: ArrayLike<number>) {
    this.#sorted = Float64Array.from(values).sort();
  }

  get count(): number {
    return this.#sorted.length;
  }

  quantiles(shares: Float64Array): Float64Array {
    return shares.map((share) => this.#sorted[Math.max(0, Math.ceil(share * this.count) - 1)]!);
  }

  cdf(points: ArrayLike<number>): Float64Array {
    return Float64Array.from(
      points,
      (point) => this.#sorted.filter((value) => value <= point).length / this.count,
    );
  }
}
