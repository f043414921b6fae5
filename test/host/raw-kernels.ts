import { readFileSync } from 'node:fs';
import { instantiateSync } from '@assemblyscript/loader';
import type { Tier } from '../../src/host/kernels.ts';
import type { Kernels } from '../../src/vectors/kernels.ts';

/** Linear memory that only ever fills up, and kernels that work in it: no host code between a test and a kernel. */
export class RawKernels {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: 16, maximum: 16 });
  readonly f32: Float32Array = new Float32Array(this.memory.buffer);
  readonly i32: Int32Array = new Int32Array(this.memory.buffer);
  readonly u32: Uint32Array = new Uint32Array(this.memory.buffer);
  #top = 1024;

  constructor(tier: Tier) {
    const bytes = readFileSync(`dist/kernels/${tier}.wasm`);
    const { exports } = instantiateSync(bytes, { env: { memory: this.memory } });
    this.kernels = exports as unknown as Kernels;
  }

  /** The address of `bytes` zero bytes. */
  place(bytes: number): number {
    const address = this.#top;
    this.#top += 64 * Math.ceil(bytes / 64);
    return address;
  }

  /** A segment of the given rows, ids 0.. in order, norms and codes not yet computed (assembly/segment.ts). */
  placeSegment(rows: readonly (readonly number[])[]): number {
    const dimensions = rows[0]!.length;
    const lanes = Math.ceil(dimensions / 4);
    const capacity = 16 * Math.ceil(rows.length / 16);
    const plane = (groups: number): number[] => [
      this.place(4 * groups * capacity),
      ...Array.from({ length: 3 }, () => this.place(4 * capacity)),
    ];
    const [values, norms, ids] = [
      this.place(16 * lanes * capacity),
      this.place(4 * capacity),
      this.place(4 * capacity),
    ];
    for (const [i, row] of rows.entries()) this.f32.set(row, (values + 16 * lanes * i) / 4);
    for (let i = 0; i < capacity; i++) this.i32[ids / 4 + i] = i < rows.length ? i : -1;
    const segment = this.place(64);
    this.u32.set(
      [values, norms, ids, ...plane(lanes), ...plane(Math.ceil(lanes / 2)), rows.length],
      segment / 4,
    );
    return segment;
  }

  /** Queries for the best k, one behind the other (assembly/query.ts). */
  placeQueries(queries: readonly (readonly number[])[], metric: number, k: number): number[] {
    const block = this.place(112 * queries.length);
    return queries.map((values, i) => {
      const query = block + 112 * i;
      const vector = this.place(16 * Math.ceil(values.length / 4));
      this.f32.set(values, vector / 4);
      this.u32.set([vector, this.place(8 * Math.ceil(values.length / 8))], query / 4);
      this.u32.set([this.place(8 * k), 0, k, this.place(16 * 64)], query / 4 + 10);
      this.u32.set([metric, values.length], query / 4 + 18);
      this.kernels.prepareQuery(query);
      this.kernels.raise(query, Number.NEGATIVE_INFINITY);
      return query;
    });
  }

  /** The results of a query, best first, as [id, key]. */
  take(query: number): [number, number][] {
    this.kernels.sortResults(query);
    const results = this.u32[query / 4 + 10]! / 4;
    const found = this.u32[query / 4 + 11]!;
    return Array.from({ length: found }, (_, i) => [
      this.i32[results + 2 * i + 1]!,
      this.f32[results + 2 * i]!,
    ]);
  }
}
