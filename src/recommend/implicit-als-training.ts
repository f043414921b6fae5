import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import type { CheckedInteractions } from '../vectors/interactions.ts';
import { ALS_LANES } from './factor-layout.ts';
import { Factors } from './factors.ts';
import { type Entries, type GroupedEntries, groupInteractions } from './implicit-als-entries.ts';
import type { CheckedOptions } from './implicit-als-options.ts';
import { PIECE_OPERATIONS, penaltyOf, type RowEquations, RowSolver } from './implicit-als-solver.ts';
import type { Runtime } from './kernels.ts';

/** Standard deviation of a drawn row's norm, about: small beside what is learned. */
const DRAWN_NORM = 0.1;
/** Numbers that are looked at, whether they are finite, at a time: a fraction of a millisecond. */
const PIECE_FLOATS = 1 << 18;

/** The rows that equations are made from. */
interface Opposite {
  readonly rows: number;
  /** Of these, those with entries. */
  readonly used: number;
  readonly factors: number;
}

/**
 * Alternating least squares over some iterations. Whatever ends it, `kept` are the factors of the last whole iteration, and
 * undefined before there is one; they are the caller's to release.
 */
export class Training {
  readonly losses: number[] = [];
  kept: Factors | undefined;
  /** Whole iterations. */
  iterations = 0;
  /** Items that have entries. */
  usedItems = 0;
  readonly #runtime: Runtime;
  readonly #options: CheckedOptions;
  readonly #interactions: CheckedInteractions;
  readonly #total: number;
  readonly #check: () => void;
  #done = 0;

  /** @param check throws where going on is in vain */
  constructor(
    runtime: Runtime,
    options: CheckedOptions,
    interactions: CheckedInteractions,
    check: () => void,
  ) {
    this.#check = check;
    this.#runtime = runtime;
    this.#options = options;
    this.#interactions = interactions;
    this.#total = options.iterations * (interactions.userCount + interactions.itemCount);
  }

  /** Every yield is a piece of a few milliseconds. Progress counts rows that were solved. */
  *run(): Generator<Progress, void> {
    const { userCount, itemCount } = this.#interactions;
    const { factors, alpha, solver, steps, iterations, trackLosses } = this.#options;
    const arena = new Arena(this.#runtime.memory);
    const extents = { userCount, itemCount, factors, biases: false, lanes: ALS_LANES };
    let current: Factors | undefined;
    let spare: Factors | undefined;
    try {
      const grouping = groupInteractions(this.#runtime, arena, this.#interactions, alpha);
      let grouped = grouping.next();
      for (; !grouped.done; grouped = grouping.next()) yield this.#progress();
      const entries: Entries = grouped.value;
      this.usedItems = entries.byItem.used;
      current = new Factors(this.#runtime, extents);
      spare = new Factors(this.#runtime, extents);
      yield* this.#draw(current, entries);
      const rows = new RowSolver(this.#runtime, arena, current.width, solver, steps);
      for (let iteration = 1; iteration <= iterations; iteration++) {
        this.#check();
        yield* this.#solveUsers(rows, entries, current, spare);
        yield* this.#solveItems(rows, entries, current, spare);
        if (trackLosses) this.losses.push(yield* this.#loss(rows, entries, spare));
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
    for (const _ of factors.clearing()) yield this.#progress();
    const deviation = DRAWN_NORM / Math.sqrt(this.#options.factors);
    for (const _ of factors.draw(isMarked, new Random(this.#options.seed), deviation)) yield this.#progress();
  }

  #solveUsers(solver: RowSolver, { byUser, byItem }: Entries, from: Factors, to: Factors) {
    const opposite = { rows: byItem.rows, used: byItem.used, factors: from.items };
    return this.#solve(solver, byUser, opposite, [from.users, to.users]);
  }

  /** From the users that were just solved. */
  #solveItems(solver: RowSolver, { byUser, byItem }: Entries, from: Factors, to: Factors) {
    const opposite = { rows: byUser.rows, used: byUser.used, factors: to.users };
    return this.#solve(solver, byItem, opposite, [from.items, to.items]);
  }

  /** Solves all rows of one side, from the factors of the others. @throws LanewiseError `DIVERGED` */
  *#solve(
    solver: RowSolver,
    side: GroupedEntries,
    opposite: Opposite,
    [from, to]: readonly [number, number],
  ): Generator<Progress, void> {
    const { memory, kernels } = this.#runtime;
    const bytes = 4 * solver.width;
    for (const _ of solver.takeGram(opposite.factors, opposite.rows)) yield this.#progress();
    for (let row = 0, checked = 0, operations = 0; row < side.rows; row++, this.#done++) {
      const equations = this.#equations(side, row, opposite);
      const out = to + bytes * row;
      if (equations.count === 0) memory.u8.fill(0, out, out + bytes);
      else {
        memory.u8.copyWithin(out, from + bytes * row, from + bytes * (row + 1));
        for (const spent of solver.solve(equations, out)) {
          operations += spent;
          if (operations < PIECE_OPERATIONS) continue;
          operations = 0;
          yield this.#progress();
        }
      }
      operations += solver.width;
      const floats = (row + 1 - checked) * solver.width;
      if (floats < PIECE_FLOATS && row < side.rows - 1) continue;
      if (kernels.checkFinite(to + bytes * checked, floats) < floats) throw this.#diverged();
      checked = row + 1;
      yield this.#progress();
    }
  }

  #equations({ starts, others, weights }: GroupedEntries, row: number, opposite: Opposite): RowEquations {
    const { u32, f32 } = this.#runtime.memory;
    const start = u32[starts / 4 + row]!;
    const count = u32[starts / 4 + row + 1]! - start;
    const at = weights + 4 * start;
    const penalty = penaltyOf(this.#options, f32.subarray(at / 4, at / 4 + count), opposite.used);
    return { others: others + 4 * start, weights: at, count, factors: opposite.factors, penalty };
  }

  /** What was minimised: all squared products by the Gram matrices, of which the solver has that of the users. */
  *#loss(solver: RowSolver, { byUser, byItem }: Entries, of: Factors): Generator<Progress, number> {
    const { kernels } = this.#runtime;
    const { width, gram } = solver;
    for (const _ of solver.takeGram(of.items, byItem.rows)) yield this.#progress();
    let loss = solver.gram.reduce((sum, value, i) => sum + value * gram[i]!, 0);
    const users = { rows: byUser.rows, used: byUser.used, factors: of.users };
    const items = { rows: byItem.rows, used: byItem.used, factors: of.items };
    for (const { side, own, opposite } of [
      { side: byUser, own: users, opposite: items },
      { side: byItem, own: items, opposite: users },
    ]) {
      for (let row = 0, operations = 0; row < side.rows; row++) {
        const { others, weights, count, factors, penalty } = this.#equations(side, row, opposite);
        const x = own.factors + 4 * width * row;
        if (count > 0) loss += penalty * kernels.dotRows(x, x, width);
        if (own === users) loss += kernels.sumLosses(others, weights, count, factors, width, x);
        operations += 4 * width * (count + 1);
        if (operations < PIECE_OPERATIONS) continue;
        operations = 0;
        yield this.#progress();
      }
    }
    return loss;
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
