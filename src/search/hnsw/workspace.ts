import type { Memory } from '../../host/memory.ts';

/** Bytes of a beam's descriptor (assembly/beam.ts draws it), and of a linker's (assembly/links.ts). */
const BEAM_BYTES = 64;
const LINKER_BYTES = 32;
/** Ahead of a beam's keys and nodes, for what an insertion reads and writes there. */
const GUARD_BYTES = 16;

/** Places arrays one after the other in a block of linear memory that is allocated later. */
export class BlockPlan {
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** Where an array of so many bytes begins, from the start of the block. */
  place(bytes: number): number {
    const start = this.#bytes;
    this.#bytes += Math.ceil(bytes / 16) * 16;
    return start;
  }
}

/** What a beam must hold. */
export interface BeamShape {
  /** Nodes, at most. */
  readonly capacity: number;
  /** Bytes of a node's codes. */
  readonly codeBytes: number;
  /** Slots of the graph, a bit each; 0 for a beam that only ranks. */
  readonly slots: number;
  /** Nodes scored at once; 0 for a beam that only ranks. */
  readonly listed: number;
}

/** A beam within a planned block. */
export class BeamPlan {
  readonly #shape: BeamShape;
  readonly #start: number;
  readonly #codes: number;
  readonly #keys: number;
  readonly #nodes: number;
  readonly #visited: number;
  readonly #lists: number;

  constructor(plan: BlockPlan, shape: BeamShape) {
    const { capacity, codeBytes, listed } = shape;
    this.#shape = shape;
    this.#start = plan.place(BEAM_BYTES);
    this.#codes = plan.place(codeBytes);
    this.#keys = plan.place(GUARD_BYTES + 4 * capacity);
    this.#nodes = plan.place(GUARD_BYTES + 4 * capacity);
    this.#visited = plan.place(visitedBytes(shape));
    this.#lists = listed > 0 ? plan.place(12 * (listed + 4)) : 0;
  }

  /** Writes the empty beam into the allocated block; returns its address. */
  write(memory: Memory, block: number): number {
    const { capacity, listed } = this.#shape;
    const beam = block + this.#start;
    const keys = block + this.#keys + GUARD_BYTES;
    const nodes = block + this.#nodes + GUARD_BYTES;
    const lists = block + this.#lists;
    const room = 4 * (listed + 4);
    memory.f32.fill(Number.POSITIVE_INFINITY, keys / 4 - 4, keys / 4);
    memory.u32.set([block + this.#codes, 0, capacity, keys, nodes, 0], beam / 4);
    memory.f32[beam / 4 + 6] = Number.NEGATIVE_INFINITY;
    memory.u32.set(
      [block + this.#visited, visitedBytes(this.#shape), lists, lists + room, lists + 2 * room, 0],
      beam / 4 + 7,
    );
    return beam;
  }
}

function visitedBytes({ slots }: BeamShape): number {
  return 16 * Math.ceil(slots / 128);
}

/** What linking nodes needs beside the graph, in one block that `release()` gives back. */
export class Linker {
  readonly address: number;
  readonly #memory: Memory;
  readonly #block: number;

  /**
   * @param m links of a node above the bottom
   * @param capacity candidates that a search, or a choice among links, takes into account
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  constructor(memory: Memory, m: number, capacity: number, codeBytes: number, slots: number) {
    const plan = new BlockPlan();
    const linker = plan.place(LINKER_BYTES);
    const shape = { capacity, codeBytes, slots, listed: 2 * m };
    const beam = new BeamPlan(plan, shape);
    const pool = new BeamPlan(plan, shape);
    const room = 4 * Math.ceil((2 * m) / 4);
    const halves = plan.place(room * codeBytes);
    const numbers = [plan.place(4 * room), plan.place(4 * room), plan.place(4 * room)];
    this.#memory = memory;
    this.#block = memory.allocate(plan.bytes);
    this.address = this.#block + linker;
    memory.u8.fill(0, this.#block, this.#block + plan.bytes);
    const fields = [beam.write(memory, this.#block), pool.write(memory, this.#block), this.#block + halves];
    memory.u32.set([...fields, ...numbers.map((offset) => this.#block + offset)], this.address / 4);
  }

  release(): void {
    this.#memory.free(this.#block);
  }
}
