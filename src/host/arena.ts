import type { Memory } from './memory.ts';

/** The blocks of one owner: counted together, released together. */
export class Arena {
  readonly memory: Memory;
  readonly #addresses = new Set<number>();
  #bytes = 0;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  /** Bytes of linear memory that the owner holds. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  allocate(bytes: number): number {
    const address = this.memory.allocate(bytes);
    this.#addresses.add(address);
    this.#bytes += this.memory.sizeOf(address);
    return address;
  }

  free(address: number): void {
    this.#bytes -= this.memory.sizeOf(address);
    this.#addresses.delete(address);
    this.memory.free(address);
  }

  /** Gives every block back; harmless when called again. */
  release(): void {
    for (const address of this.#addresses) this.memory.free(address);
    this.#addresses.clear();
    this.#bytes = 0;
  }
}
