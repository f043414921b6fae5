import { FlatIndex, type LongCallOptions, type SearchResult } from 'lanewise/search';
import type { Collection } from './collection.ts';

/** An index that was chosen from the measured curve, and how it is searched. */
export interface Chosen {
  readonly title: string;
  /** As it was measured. */
  readonly recall: number;
  /** Undefined for the exact index that is here anyway. */
  readonly index: Searched | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  /** The row of the collection behind each row of the index. */
  readonly rowOf: Int32Array | undefined;
}

/** What every index offers. */
interface Searched {
  search(
    query: Float32Array,
    options: Readonly<Record<string, unknown>>,
  ): SearchResult & {
    readonly visited?: Int32Array;
    readonly probed?: Int32Array;
  };
  dispose(): void;
}

/** What a search found, and what it took. */
export interface Found {
  readonly rows: readonly number[];
  readonly scores: readonly number[];
  readonly milliseconds: number;
  /** Rows scored in float32. */
  readonly rescored: number | undefined;
  /** Of the exact answer, how many the answer holds; undefined where it is exact by proof. */
  readonly right: number | undefined;
}

/** Without isolation browsers round their clocks to 0.1 ms and more: then the mean of several searches is told. */
const REPETITIONS = globalThis.crossOriginIsolated ? 1 : 8;
const WARM_UP = 40;
const WARM_UP_MILLISECONDS = 40;

/** Searches a collection on the page's own thread: exactly, or as it was chosen. */
export class Searcher {
  readonly collection: Collection;
  readonly index: FlatIndex;
  #chosen: Chosen | undefined;

  constructor(collection: Collection, index: FlatIndex) {
    this.collection = collection;
    this.index = index;
    warmUp(collection, index, {});
  }

  static async build(collection: Collection, options: LongCallOptions): Promise<Searcher> {
    const { dimensions, metric, data } = collection;
    const index = await FlatIndex.create({ dimensions, metric });
    try {
      await index.build(data, options);
      return new Searcher(collection, index);
    } catch (error) {
      index.dispose();
      throw error;
    }
  }

  get chosen(): Chosen | undefined {
    return this.#chosen;
  }

  /** Searches as chosen from now on; undefined is exact search. */
  choose(chosen: Chosen | undefined): void {
    if (this.#chosen?.index !== chosen?.index) this.#chosen?.index?.dispose();
    this.#chosen = chosen;
    if (chosen?.index) warmUp(this.collection, chosen.index, chosen.options);
  }

  /** The k best rows but those that the question is made of. */
  search(vector: Float32Array, k: number, asked: ReadonlySet<number>): Found {
    const wanted = Math.min(k + asked.size, this.collection.rows);
    const chosen = this.#chosen;
    const searched: Searched = chosen?.index ?? this.index;
    const options = { ...chosen?.options, k: wanted, stats: true };
    const start = performance.now();
    let result = searched.search(vector, options);
    for (let again = 1; again < REPETITIONS; again++) result = searched.search(vector, options);
    const milliseconds = (performance.now() - start) / REPETITIONS;
    const ranked = ranking(result, chosen?.rowOf, asked, k);
    return {
      ...ranked,
      milliseconds,
      rescored: result.rescored?.[0],
      right: chosen?.index ? this.#countRight(ranked.rows, vector, wanted, asked, k) : undefined,
    };
  }

  dispose(): void {
    this.choose(undefined);
    this.index.dispose();
  }

  #countRight(
    rows: readonly number[],
    vector: Float32Array,
    wanted: number,
    asked: ReadonlySet<number>,
    k: number,
  ): number {
    const truth = ranking(this.index.search(vector, { k: wanted }), undefined, asked, k);
    const found = new Set(rows);
    return truth.rows.filter((row) => found.has(row)).length;
  }
}

/** Engines compile a kernel well only after some calls; the first keystroke should not be the slowest. */
function warmUp(
  { data, dimensions, rows }: Collection,
  index: Pick<Searched, 'search'>,
  options: Readonly<Record<string, unknown>>,
): void {
  const end = performance.now() + WARM_UP_MILLISECONDS;
  for (let i = 0; i < WARM_UP && performance.now() < end; i++) {
    const start = ((i * 997) % rows) * dimensions;
    const vector = data.subarray(start, start + dimensions);
    if (vector.some((value) => value !== 0)) index.search(vector, { ...options, k: Math.min(10, rows) });
  }
}

function ranking(
  { ids, scores }: SearchResult,
  rowOf: Int32Array | undefined,
  asked: ReadonlySet<number>,
  k: number,
): { rows: number[]; scores: number[] } {
  const ranked: { rows: number[]; scores: number[] } = { rows: [], scores: [] };
  ids.forEach((id, place) => {
    if (id < 0 || ranked.rows.length === k) return;
    const row = rowOf ? rowOf[id]! : id;
    if (asked.has(row)) return;
    ranked.rows.push(row);
    ranked.scores.push(scores[place]!);
  });
  return ranked;
}
