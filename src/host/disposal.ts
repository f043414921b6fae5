import type { Arena } from './arena.ts';
import { LanewiseError } from './errors.ts';

/** `Symbol.dispose`, or the registered symbol that stands in for it where the runtime has none. */
export const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

// A backstop for owners that are dropped without dispose(): their blocks are released when they are collected.
const collected = new FinalizationRegistry<Arena>((arena) => arena.release());

/** Ties an arena to the life of its owner. */
export class Lifetime {
  readonly #arena: Arena;
  readonly #kind: string;
  #isDisposed = false;

  constructor(owner: object, kind: string, arena: Arena) {
    this.#arena = arena;
    this.#kind = kind;
    collected.register(owner, arena, this);
  }

  get isDisposed(): boolean {
    return this.#isDisposed;
  }

  /** @throws LanewiseError `DISPOSED` once the owner is disposed of. */
  check(): void {
    if (!this.#isDisposed) return;
    throw new LanewiseError('DISPOSED', `This ${this.#kind} was disposed of. Create or load a new one.`);
  }

  end(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    collected.unregister(this);
    this.#arena.release();
  }
}
