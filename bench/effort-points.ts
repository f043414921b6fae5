import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlatIndex, HnswIndex, IvfIndex, LshIndex } from 'lanewise';
import { clusteredVectors } from './clustered.ts';
import { type Collection, gloveCollection } from './data.ts';

/** One recall that was measured. */
export interface Point {
  readonly index: 'ivf' | 'hnsw' | 'lsh';
  readonly data: string;
  readonly rows: number;
  readonly dimensions: number;
  readonly k: number;
  readonly options: Readonly<Record<string, number | string>>;
  readonly recall: number;
}

/** Angles between queries and their neighbours, or any rows, radians. */
interface Angles {
  readonly data: string;
  readonly rows: number;
  readonly dimensions: number;
  /** Neighbours of a query; 0 for any rows. */
  readonly k: number;
  readonly mean: number;
  readonly deviation: number;
}

/** What was measured. */
export interface Found {
  readonly points: readonly Point[];
  readonly angles: readonly Angles[];
}

interface Job {
  readonly data: Collection;
  /** What is built on it: 'ivf', 'hnsw', 'lsh', 'codes' (sketches of cells) and 'links' (other m and efConstruction). */
  readonly builds: readonly string[];
}

const QUERIES = 500;
const RANKS = [1, 10, 100];
const ANY_ROWS = 2000;

/** Measures every data set, telling of each as it is done. */
export async function measurePoints(
  isQuick: boolean,
  tell: (text: string, found: Found) => void,
): Promise<Found> {
  const points: Point[] = [];
  const angles: Angles[] = [];
  for (const job of jobs(isQuick)) {
    const { data, builds } = job();
    const start = performance.now();
    const truth = await exactAnswers(data);
    const measure = new Measurement(data, truth.ids, points);
    for (const build of builds) await measure[build as 'ivf']();
    angles.push(...anglesOf(data, truth.scores));
    tell(
      `${data.name} ${data.rows} x ${data.dimensions}: ${((performance.now() - start) / 1000).toFixed(1)} s`,
      { points, angles },
    );
  }
  return { points, angles };
}

function* jobs(isQuick: boolean): Generator<() => Job> {
  const job =
    (make: () => Collection, ...builds: string[]): (() => Job) =>
    () => ({ data: make(), builds });
  if (isQuick) {
    yield job(() => clustered(3000, 64), 'ivf', 'hnsw', 'lsh');
    return;
  }
  const glove = gloveCollection();
  yield job(() => first(glove, 10_000), 'ivf', 'hnsw', 'lsh');
  yield job(() => first(glove, 30_000), 'ivf', 'hnsw', 'links', 'codes');
  yield job(() => first(glove, glove.rows), 'ivf', 'hnsw', 'lsh', 'codes');
  for (const name of ['cranfield', 'cacm']) {
    const folder = process.env['LANEWISE_DATA'] ?? '';
    if (existsSync(join(folder, `ir_${name}_docs_lsa128.f32`)))
      yield job(() => documents(folder, name), 'ivf', 'hnsw', 'lsh', 'codes');
  }
  for (const dimensions of [64, 256, 768])
    yield job(() => clustered(10_000, dimensions), 'ivf', 'hnsw', 'lsh', 'codes');
  yield job(() => clustered(30_000, 96), 'ivf', 'hnsw', 'links', 'codes');
  yield job(() => clustered(100_000, 96), 'ivf', 'hnsw');
  yield job(() => clustered(300_000, 96), 'ivf', 'hnsw');
}

function clustered(rows: number, dimensions: number): Collection {
  return { name: 'clustered', rows, dimensions, ...clusteredVectors({ rows, dimensions, queries: QUERIES }) };
}

function first({ dimensions, vectors, queries }: Collection, rows: number): Collection {
  return { name: 'GloVe', rows, dimensions, queries, vectors: vectors.subarray(0, rows * dimensions) };
}

function documents(folder: string, name: string): Collection {
  const floats = (part: string): Float32Array =>
    new Float32Array(new Uint8Array(readFileSync(join(folder, `ir_${name}_${part}_lsa128.f32`))).buffer);
  const vectors = floats('docs').filter((_, i, all) => !isZero(all, i));
  const queries = floats('queries').filter((_, i, all) => !isZero(all, i));
  return { name: `LSA ${name}`, dimensions: 128, rows: vectors.length / 128, vectors, queries };
}

/** Whether the row that a number belongs to has no direction: its text has no known words. */
function isZero(vectors: Float32Array, i: number): boolean {
  const row = i - (i % 128);
  return vectors.subarray(row, row + 128).every((value) => value === 0);
}

async function exactAnswers({
  dimensions,
  vectors,
  queries,
}: Collection): Promise<{ ids: Int32Array; scores: Float32Array }> {
  const flat = await FlatIndex.create({ dimensions });
  flat.add(vectors);
  const found = flat.search(queries.subarray(0, QUERIES * dimensions), { k: 100 });
  flat.dispose();
  return found;
}

class Measurement {
  readonly #data: Collection;
  readonly #truth: Int32Array;
  readonly #points: Point[];
  readonly #queries: Float32Array;

  constructor(data: Collection, truth: Int32Array, points: Point[]) {
    this.#data = data;
    this.#truth = truth;
    this.#points = points;
    this.#queries = data.queries.subarray(0, QUERIES * data.dimensions);
  }

  async ivf(): Promise<void> {
    const { rows, dimensions, vectors } = this.#data;
    const usual = 2 ** Math.round(Math.log2(4 * Math.sqrt(rows)));
    for (const cells of [usual / 4, usual]) {
      const ivf = await IvfIndex.create({ dimensions, cells });
      await ivf.build(vectors, { rowsPerCell: 64 });
      for (const k of RANKS)
        for (let probes = 1; probes < cells; probes *= 2)
          this.#add('ivf', k, { cells, probes }, ivf.search(this.#queries, { k, probes }).ids);
      ivf.dispose();
    }
  }

  /** What sketches miss where every cell is searched. */
  async codes(): Promise<void> {
    const { dimensions, vectors } = this.#data;
    for (const codes of ['pq4', 'bits'] as const) {
      const cells = 64;
      const ivf = await IvfIndex.create({ dimensions, cells, codes });
      await ivf.build(vectors, { rowsPerCell: 256 });
      for (const k of RANKS)
        for (const rescore of [1, 2, 5, 10, 30, 100])
          this.#add(
            'ivf',
            k,
            { cells, probes: cells, codes, rescore },
            ivf.search(this.#queries, { k, probes: cells, rescore }).ids,
          );
      ivf.dispose();
    }
  }

  async hnsw(): Promise<void> {
    await this.#graph(16, 200);
  }

  async links(): Promise<void> {
    await this.#graph(8, 200);
    await this.#graph(32, 200);
    await this.#graph(16, 50);
    await this.#graph(16, 100);
    await this.#graph(16, 400);
  }

  async #graph(m: number, efConstruction: number): Promise<void> {
    const { dimensions, vectors } = this.#data;
    const hnsw = await HnswIndex.create({ dimensions, m, efConstruction });
    await hnsw.build(vectors);
    for (const k of RANKS)
      for (let ef = 10; ef <= 640; ef *= 2)
        if (ef >= k)
          this.#add('hnsw', k, { m, efConstruction, ef }, hnsw.search(this.#queries, { k, ef }).ids);
    hnsw.dispose();
  }

  async lsh(): Promise<void> {
    const { rows, dimensions, vectors } = this.#data;
    for (const [tables, bits] of [
      [12, 18],
      [16, 12],
      [32, 14],
    ] as const) {
      const lsh = await LshIndex.create({ dimensions, tables, bits });
      await lsh.build(vectors);
      for (const k of RANKS)
        for (const probesPerTable of [1, 4, 16, 64]) {
          const { ids, candidates } = lsh.search(this.#queries, { k, probesPerTable });
          const scored = candidates.reduce((sum, count) => sum + count, 0) / candidates.length / rows;
          this.#add('lsh', k, { tables, bits, probesPerTable, scored }, ids);
        }
      lsh.dispose();
    }
  }

  #add(index: Point['index'], k: number, options: Point['options'], ids: Int32Array): void {
    const { name, rows, dimensions } = this.#data;
    let found = 0;
    for (let query = 0; query < ids.length / k; query++) {
      const best = new Set(this.#truth.subarray(query * 100, query * 100 + k));
      for (let i = query * k; i < (query + 1) * k; i++) if (best.has(ids[i]!)) found++;
    }
    this.#points.push({ index, data: name, rows, dimensions, k, options, recall: found / ids.length });
  }
}

function anglesOf({ name, rows, dimensions, vectors }: Collection, scores: Float32Array): Angles[] {
  const summary = (k: number, cosines: readonly number[]): Angles => {
    const angles = cosines.map((cosine) => Math.acos(Math.min(1, Math.max(-1, cosine))));
    const mean = angles.reduce((sum, angle) => sum + angle, 0) / angles.length;
    const squares = angles.reduce((sum, angle) => sum + (angle - mean) ** 2, 0);
    return { data: name, rows, dimensions, k, mean, deviation: Math.sqrt(squares / angles.length) };
  };
  const near = RANKS.map((k) =>
    summary(
      k,
      [...scores].filter((_, i) => i % 100 < k),
    ),
  );
  const any = Array.from({ length: ANY_ROWS }, (_, i) => {
    const [a, b] = [(i * 7919) % rows, (i * 104_729 + 13) % rows].map((row) =>
      vectors.subarray(row * dimensions, (row + 1) * dimensions),
    ) as [Float32Array, Float32Array];
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  });
  return [...near, summary(0, any)];
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
