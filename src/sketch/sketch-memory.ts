import { Arena } from '../host/arena.ts';
import { Lifetime } from '../host/disposal.ts';
import { type Runtime, runtime } from './kernels.ts';
import { enterWorkspace, leaveWorkspace, type Workspace } from './workspace.ts';

/** What a sketch holds; it must not lead to the sketch. */
class Held {
  readonly arena: Arena;

  constructor(arena: Arena) {
    this.arena = arena;
  }

  release(): void {
    this.arena.release();
    leaveWorkspace();
  }
}

/** The linear memory of a sketch, and its life. The workspace is shared, and counts for nobody. */
export class SketchMemory {
  readonly runtime: Runtime;
  readonly space: Workspace;
  /** Where the state is, of the size it was made with; zeroed. */
  readonly address: number;
  readonly bytes: number;
  readonly #held: Held;
  readonly #lifetime: Lifetime;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(owner: object, estimator: string, bytes: number) {
    this.runtime = runtime();
    this.space = enterWorkspace();
    this.#held = new Held(new Arena(this.runtime.memory));
    this.bytes = bytes;
    try {
      this.address = this.#held.arena.allocate(bytes);
    } catch (error) {
      this.#held.release();
      throw error;
    }
    this.clear();
    this.#lifetime = new Lifetime(owner, estimator, this.#held);
  }

  /** For state that grows. */
  get arena(): Arena {
    return this.#held.arena;
  }

  /** @throws LanewiseError `DISPOSED` */
  check(): void {
    this.#lifetime.check();
  }

  /** Zeroes the state. */
  clear(): void {
    this.runtime.memory.u8.fill(0, this.address, this.address + this.bytes);
  }

  /** Takes the state of another sketch of the same size. */
  copy(other: SketchMemory): void {
    this.runtime.memory.u8.copyWithin(this.address, other.address, other.address + this.bytes);
  }

  /** A copy of the state. */
  state(): Uint8Array<ArrayBuffer> {
    return this.runtime.memory.u8.slice(this.address, this.address + this.bytes);
  }

  /** Bytes of linear memory held. @throws LanewiseError `DISPOSED` */
  usage(): { readonly total: number } {
    this.check();
    return { total: this.#held.arena.bytes };
  }

  end(): void {
    this.#lifetime.end();
  }
}
