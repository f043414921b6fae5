import { Arena } from '../host/arena.ts';
import type { CheckedInteractions } from '../vectors/interactions.ts';
import type { Factors } from './factors.ts';
import type { CheckedOptions } from './implicit-als-options.ts';
import { penaltyOf, RowSolver } from './implicit-als-solver.ts';

/** Solves for users that were not there, from the items as they are. */
export class FoldIn {
  readonly #factors: Factors;
  readonly #arena: Arena;
  readonly #solver: RowSolver;

  /** Cost: O(items x factors²). @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(factors: Factors) {
    this.#factors = factors;
    this.#arena = new Arena(factors.runtime.memory);
    try {
      this.#solver = new RowSolver(factors.runtime, this.#arena, factors.width, 'cholesky', 0);
      for (const _ of this.#solver.takeGram(factors.items, factors.extents.itemCount));
    } catch (error) {
      this.release();
      throw error;
    }
  }

  get bytes(): number {
    return this.#arena.bytes;
  }

  /** @param used items that have entries */
  solve(entries: CheckedInteractions, options: CheckedOptions, used: number): Float32Array {
    const { runtime, items: rows, width, extents } = this.#factors;
    const { memory } = runtime;
    const sums = new Map<number, number>();
    entries.items.forEach((item, i) => {
      const rating = entries.ratings ? entries.ratings[i]! : 1;
      if (rating > 0) sums.set(item, (sums.get(item) ?? 0) + rating);
    });
    const items = Int32Array.from(sums.keys()).sort();
    const count = items.length;
    const weights = Float32Array.from(items, (item) => options.alpha * Math.fround(sums.get(item)!));
    const block = memory.allocate(4 * (width + 2 * count));
    try {
      const [others, by] = [block + 4 * width, block + 4 * (width + count)];
      memory.i32.set(items, others / 4);
      memory.f32.set(weights, by / 4);
      const penalty = penaltyOf(options, weights, used);
      for (const _ of this.#solver.solve({ others, weights: by, count, factors: rows, penalty }, block));
      return memory.f32.slice(block / 4, block / 4 + extents.factors);
    } finally {
      memory.free(block);
    }
  }

  /** Harmless when called again. */
  release(): void {
    this.#arena.release();
  }
}
