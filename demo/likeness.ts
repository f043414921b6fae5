import { CsrMatrix } from 'lanewise';

/** A package with dependencies in common. */
export interface Like {
  readonly row: number;
  /** Cosine of the weighed dependencies, above 0. */
  readonly similarity: number;
  /** What both depend on, what fewest others do first. */
  readonly shared: readonly number[];
}

/**
 * Packages by what they depend on. A dependency weighs ln(packages / its dependents), as a term of a text does, so that
 * what everything needs says little of anything; rows have norm 1, so that their inner product is their cosine.
 */
export class Likeness {
  readonly #dependencies: CsrMatrix;
  readonly #weights: Float64Array;
  readonly #rows: CsrMatrix;

  private constructor(dependencies: CsrMatrix, weights: Float64Array, rows: CsrMatrix) {
    this.#dependencies = dependencies;
    this.#weights = weights;
    this.#rows = rows;
  }

  static async of(dependencies: CsrMatrix): Promise<Likeness> {
    const dependents = dependencies.columnSums();
    const weights = Float64Array.from(dependents, (count) =>
      Math.log(dependencies.rows / Math.max(1, count)),
    );
    const arrays = dependencies.toArrays();
    const values = Float32Array.from(arrays.indices, (column) => weights[column]);
    const weighed = await CsrMatrix.fromArrays({ ...arrays, values });
    const rows = weighed.normalizeRows();
    weighed.dispose();
    return new Likeness(dependencies, weights, rows);
  }

  /** The cosines of every package with those asked about, packages x asked: one product for all of them. */
  cosines(asked: readonly number[]): Float32Array {
    const block = new Float32Array(this.#rows.columns * asked.length);
    for (const [place, row] of asked.entries()) {
      const { indices, values } = this.#rows.row(row);
      for (const [at, column] of indices.entries()) block[column * asked.length + place] = values[at];
    }
    return this.#rows.multiplyMatrix(block, asked.length);
  }

  /** The k nearest of each package; equal ones in the order of their rows. */
  nearest(asked: readonly number[], k: number): Like[][] {
    const cosines = this.cosines(asked);
    return asked.map((own, place) => {
      const found: { row: number; similarity: number }[] = [];
      for (let row = 0; row < this.#rows.rows; row++) {
        const similarity = cosines[row * asked.length + place];
        if (similarity > 0 && row !== own) found.push({ row, similarity });
      }
      found.sort((a, b) => b.similarity - a.similarity || a.row - b.row);
      return found.slice(0, k).map((like) => ({ ...like, shared: this.#shared(own, like.row) }));
    });
  }

  #shared(left: number, right: number): number[] {
    const other = new Set(this.#dependencies.row(right).indices);
    const both = [...this.#dependencies.row(left).indices].filter((column) => other.has(column));
    return both.sort((a, b) => this.#weights[b] - this.#weights[a]);
  }

  dispose(): void {
    this.#rows.dispose();
  }
}
