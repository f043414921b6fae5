import type { SearchResult, TunableIndex } from 'lanewise';
import { Bitmap, type CommonSearchOptions, type Effort, FlatIndex, type Metric, type Tuning } from 'lanewise';

type Options = CommonSearchOptions & { readonly exact?: boolean; readonly share?: number };

/** Whether an index that looks at `share` rows of a hundred looks at this one: 37 is prime to 100. */
export function isSeen(id: number, share: number): boolean {
  return (id * 37) % 100 < share;
}

/** An approximate index whose recall is known: at `share` it sees so many rows of every hundred, and misses the others. */
export class PartialIndex implements TunableIndex {
  tuning: Tuning | undefined;
  /** Called before every search, with its share; exact searches see all. */
  onSearch: (share: number) => void = () => {};
  readonly #flat: FlatIndex;
  readonly #rows: number;
  readonly #shares: readonly number[];
  readonly #seen = new Map<number, Bitmap>();

  private constructor(flat: FlatIndex, shares: readonly number[]) {
    this.#flat = flat;
    this.#rows = flat.size;
    this.#shares = shares;
  }

  static async of(
    vectors: Float32Array,
    dimensions: number,
    shares: readonly number[],
  ): Promise<PartialIndex> {
    const flat = await FlatIndex.create({ dimensions, metric: 'ip' });
    flat.add(vectors);
    return new PartialIndex(flat, shares);
  }

  get dimensions(): number {
    return this.#flat.dimensions;
  }

  get metric(): Metric {
    return 'ip';
  }

  get size(): number {
    return this.#rows;
  }

  search(queries: Float32Array, { exact, share = 1, filter, ...options }: Options = {}): SearchResult {
    const seen = exact ? 100 : share;
    this.onSearch(seen);
    const rows = this.#rowsAt(seen);
    return this.#flat.search(queries, { ...options, filter: filter ? rows.and(filter) : rows });
  }

  #rowsAt(share: number): Bitmap {
    const known = this.#seen.get(share);
    const rows = known ?? Bitmap.where(new Array(this.#rows).fill(0), (_, id) => isSeen(id, share));
    this.#seen.set(share, rows);
    return rows;
  }

  efforts(): readonly Effort[] {
    return this.#shares.map((share) => ({ share }));
  }
}
