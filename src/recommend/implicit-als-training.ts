import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import type { CheckedInteractions } from '../vectors/interactions.ts';
import { type Entries, type GroupedEntries, groupInteractions } from './implicit-als-entries.ts';
import { Factors } from './implicit-als-factors.ts';
import type { CheckedOptions } from './implicit-als-options.ts';
import { PIECE_OPERATIONS, RowSolver } from './implicit-als-solver.ts';
import type { Runtime } from './kernels.ts';

/** Standard deviation of a drawn row's norm, about: small beside what is learned. */
const DRAWN_NORM = 0.1;

/**
 * Alternating least squares over some iterations. Whatever ends it, `kept` are the factors of the last whole iteration, and
 * undefined before there is one; they are the caller's to release.
 */
export class Training {
  readonly losses: number[] = [];
  kept: Factors | undefined;
  /** Whole iterations. */
  iterations = 0;
  readonly #runtime: Runtime;
  readonly #options: CheckedOptions;
  readonly #interactions: CheckedInteractions;
  readonly #total: number;
  #done = 0;

  constructor(runtime: Runtime, options: CheckedOptions, interactions: CheckedInteractions) {
    this.#runtime = runtime;
    this.#options = options;
    this.#interactions = interactions;
    this.#total = options.iterations * (interactions.userCount + interactions.itemCount);
  }

  /** Every yield is a piece of a few milliseconds. Progress counts rows that were solved. */
  *run(): Generator<Progress, void> {
    const { userCount, itemCount } = this.#interactions;
    const { factors, alpha, solver, steps, iterations } = this.#options;
    const arena = new Arena(this.#runtime.memory);
    const extents = { userCount, itemCount, factors, biases: false };
    let current: Factors | undefined;
    let spare: Factors | undefined;
    try {
      const grouping = groupInteractions(this.#runtime, arena, this.#interactions, alpha);
      let grouped = grouping.next();
      for (; !grouped.done; grouped = grouping.next()) yield this.#progress();
      const entries: Entries = grouped.value;
      current = new Factors(this.#runtime, extents);
      spare = new Factors(this.#runtime, extents);
      yield* this.#draw(current, entries);
      const rows = new RowSolver(this.#runtime, arena, current.width, solver, steps);
      for (let iteration = 1; iteration <= iterations; iteration++) {
        yield* this.#solveUsers(rows, entries, current, spare);
        yield* this.#solveItems(rows, entries, current, spare);
        [current, spare] = [spare, current];
        this.kept = current;
        this.iterations = iteration;
      }
      yield { done: this.#total, total: this.#total };
    } finally {
      arena.release();
      if (current !== this.kept) current?.release();
      if (spare !== this.kept) spare?.release();
    }
  }

  *#draw(factors: Factors, { byItem }: Entries): Generator<Progress> {
    const { userCount } = this.#interactions;
    const isMarked = new Uint8Array(userCount + byItem.rows);
    const starts = this.#runtime.memory.u32.subarray(byItem.starts / 4, byItem.starts / 4 + byItem.rows + 1);
    for (let i = 0; i < byItem.rows; i++) isMarked[userCount + i] = starts[i + 1]! > starts[i]! ? 1 : 0;
    factors.clear();
    const deviation = DRAWN_NORM / Math.sqrt(this.#options.factors);
    for (const _ of factors.draw(isMarked, new Random(this.#options.seed), deviation))
      yield this.#progress();
  }

  #solveUsers(solver: RowSolver, { byUser, byItem }: Entries, from: Factors, to: Factors) {
    return this.#solve(solver, byUser, byItem, from.items, [from.users, to.users]);
  }

  /** From the users that were just solved. */
  #solveItems(solver: RowSolver, { byUser, byItem }: Entries, from: Factors, to: Factors) {
    return this.#solve(solver, byItem, byUser, to.users, [from.items, to.items]);
  }

  /** Solves all rows of one side, from the factors of the others. @throws LanewiseError `DIVERGED` */
  *#solve(
    solver: RowSolver,
    { rows, starts, others, weights }: GroupedEntries,
    opposite: GroupedEntries,
    factors: number,
    [from, to]: readonly [number, number],
  ): Generator<Progress, void> {
    const { memory, kernels } = this.#runtime;
    const bytes = 4 * solver.width;
    for (const _ of solver.takeGram(factors, opposite.rows)) yield this.#progress();
    const penaltyOf = this.#penalties(opposite.used);
    for (let row = 0, checked = 0, operations = 0; row < rows; row++, this.#done++) {
      const [start, end] = [memory.u32[starts / 4 + row]!, memory.u32[starts / 4 + row + 1]!];
      const out = to + bytes * row;
      operations += solver.width;
      if (start === end) memory.u8.fill(0, out, out + bytes);
      else {
        memory.u8.copyWithin(out, from + bytes * row, from + bytes * (row + 1));
        const [at, by, count] = [others + 4 * start, weights + 4 * start, end - start];
        const equations = { others: at, weights: by, count, factors, penalty: penaltyOf(by, count) };
        for (const spent of solver.solve(equations, out)) {
          operations += spent;
          if (operations < PIECE_OPERATIONS) continue;
          operations = 0;
          yield this.#progress();
        }
      }
      if (operations > 0 && row < rows - 1) continue;
      const floats = (row + 1 - checked) * solver.width;
      if (kernels.checkFinite(to + bytes * checked, floats) < floats) throw this.#diverged();
      checked = row + 1;
    }
  }

  /** The penalty of a row: the same for all, or as many times as the confidences of all its entries sum to. */
  #penalties(others: number): (weights: number, count: number) => number {
    const { regularization, scaledRegularization } = this.#options;
    if (!scaledRegularization) return () => regularization;
    return (weights, count) => {
      const { f32 } = this.#runtime.memory;
      let sum = others;
      for (let at = weights / 4; at < weights / 4 + count; at++) sum += f32[at]!;
      return regularization * sum;
    };
  }

  #progress(): Progress {
    return { done: Math.min(this.#total - 1, this.#done), total: this.#total };
  }

  #diverged(): LanewiseError {
    const left = this.kept ? 'what whole iterations learned before is kept' : 'nothing was learned';
    const iteration = this.iterations + 1;
    return new LanewiseError(
      'DIVERGED',
      `Learning left the finite numbers in iteration ${iteration}; ${left}. Ratings times alpha must lie well within ` +
        'float32: scale them, or lower alpha.',
      { got: iteration },
    );
  }
}
