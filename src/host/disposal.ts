import { LanewiseError } from './errors.ts';

/** `Symbol.dispose`, or the registered symbol that stands in for it where the runtime has none. */
export const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

/** An arena, or what gives several back at once; it must not lead to its owner. */
interface Held {
  release(): void;
}

// A backstop for owners that are dropped without dispose(): their blocks are released when they are collected.
const collected = new FinalizationRegistry<Held>((held) => held.release());

/** Ties linear memory to the life of its owner. */
export class Lifetime {
  readonly #held: Held;
  readonly #kind: string;
  #isDisposed = false;

  constructor(owner: object, kind: string, held: Held) {
    this.#held = held;
    this.#kind = kind;
    collected.register(owner, held, this);
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
    this.#held.release();
  }
}
