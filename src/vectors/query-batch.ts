import { CANDIDATE_BYTES, CANDIDATE_ROOM, ENTRY_BYTES, layoutBatch, QUERY_BYTES } from './batch-layout.ts';
import type { Bitmap } from './bitmap.ts';
import type { Runtime } from './kernels.ts';
import { METRIC_CODES, type Metric, normError, normRange } from './metric.ts';
import { BLOCK_ROWS, type SegmentLayout } from './segment.ts';
import { LEAST_TILED, TILE_QUERIES } from './tile.ts';

/** What selecting cells counts in. */
const CLASS_BYTES = 1024;

// Fields of the descriptor, in words.
const FOUND = 11;
const WANTED = 12;
const RESCORED = 15;

/** The rows that queries are prepared for: a store of any kind. */
export interface QueriedRows {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly layout: Pick<SegmentLayout, 'stride' | 'lanes'>;
  readonly runtime: Runtime;
}

/** What a batch is to find. */
export interface Wanted {
  /** Results of each query; 0 collects every row of a segment that reaches the threshold. */
  readonly k: number;
  /** Results that memory must hold for each query. */
  readonly capacity: number;
  readonly filter: Bitmap | undefined;
}

/** Centroids as rows: their segments, and how many there are. */
export interface RankedCentroids {
  readonly segments: readonly number[];
  readonly rowsPerSegment: number;
  readonly count: number;
}

/** Cells by their ranks, and the table of all cells (assembly/probe.ts). */
export interface Probed {
  readonly from: number;
  readonly to: number;
  readonly table: number;
}

/** Where the cells of the rows of a segment stand, and the keys with them: f32 and u32 a row, whole blocks of rows. */
export interface Assignment {
  readonly keys: number;
  readonly cells: number;
}

/**
 * A few queries in linear memory, ready for the kernels: descriptors, vectors, codes, tiles and results, in one block
 * that `release()` gives back (`layoutBatch` draws it).
 */
export class QueryBatch {
  readonly size: number;
  readonly #runtime: Runtime;
  readonly #store: QueriedRows;
  readonly #wanted: Wanted;
  readonly #block: number;
  readonly #vectors: number;
  readonly #codes: number;
  readonly #results: number;
  readonly #candidates: number;
  readonly #products: number;
  readonly #addresses: number;
  readonly #tiles: number;
  readonly #filter: number;
  readonly #codeBytes: number;
  readonly #tileBytes: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: QueriedRows, size: number, wanted: Wanted) {
    this.size = size;
    this.#store = store;
    this.#runtime = store.runtime;
    this.#wanted = wanted;
    const { capacity, filter } = wanted;
    const layout = layoutBatch(store.layout, { size, capacity, filterWords: filter?.words.length ?? 0 });
    this.#codeBytes = layout.codeBytes;
    this.#tileBytes = layout.tileBytes;
    this.#block = this.#runtime.memory.allocate(layout.bytes);
    this.#vectors = this.#block + layout.vectors;
    this.#codes = this.#block + layout.codes;
    this.#results = this.#block + layout.results;
    this.#candidates = this.#block + layout.candidates;
    this.#products = this.#block + layout.products;
    this.#addresses = this.#block + layout.addresses;
    this.#tiles = this.#block + layout.tiles;
    this.#filter = this.#block + layout.filter;
    if (wanted.filter) this.#runtime.memory.u32.set(wanted.filter.words, this.#filter / 4);
  }

  /**
   * Prepares the queries that stand at `first` and behind it in `values`.
   *
   * @param threshold the key that a row must reach from the start
   * @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`
   */
  prepare(values: Float32Array, first: number, threshold: number): void {
    const { metric, dimensions, layout } = this.#store;
    const { kernels, memory } = this.#runtime;
    const { filter, k, capacity } = this.#wanted;
    const { least, most } = normRange(metric);
    memory.u8.fill(0, this.#block, this.#vectors + this.size * layout.stride);
    for (let i = 0; i < this.size; i++) {
      const query = this.#query(i);
      const vector = this.#vectors + i * layout.stride;
      const start = (first + i) * dimensions;
      memory.f32.set(values.subarray(start, start + dimensions), vector / 4);
      memory.u32.set([vector, this.#codes + i * this.#codeBytes], query / 4);
      memory.u32.set(
        [
          this.#results + i * capacity * ENTRY_BYTES,
          0,
          k,
          this.#candidates + i * CANDIDATE_ROOM * CANDIDATE_BYTES,
          0,
          0,
          filter ? this.#filter : 0,
          filter ? 32 * filter.words.length : 0,
          METRIC_CODES[metric],
          dimensions,
        ],
        query / 4 + 10,
      );
      const norm = kernels.prepareQuery(query);
      if (!(norm > least && norm < most)) throw normError(metric, `Query ${first + i}`, norm);
      kernels.raise(query, threshold);
    }
  }

  /** Where the descriptor of query `i` stands. */
  address(i: number): number {
    return this.#query(i);
  }

  /** Scores every row of a segment for query `i`. */
  scanRows(i: number, segment: number): void {
    this.#runtime.kernels.scanRows(this.#query(i), segment);
  }

  /** Bounds every row of a segment by 8-bit codes, and scores what the bounds leave. */
  scanCodes(i: number, segment: number): void {
    this.#runtime.kernels.scanCodes(this.#query(i), segment, this.#products);
  }

  /** Bounds every row of a segment by 4-bit codes, and scores what the bounds leave; returns how many rows that were. */
  scanNibbles(i: number, segment: number): number {
    const before = this.rescored(i);
    this.#runtime.kernels.scanNibbles(this.#query(i), segment, this.#products);
    return this.rescored(i) - before;
  }

  /** Makes query tiles ready for `scanTiles`. */
  packTiles(): void {
    const { kernels } = this.#runtime;
    this.#writeAddresses();
    for (let first = 0; first < this.size; first += TILE_QUERIES) {
      kernels.packTile(this.#addresses + 4 * first, this.#tileSize(first), this.#tile(first));
    }
  }

  /** Bounds every row of a segment by 8-bit codes for all queries, and scores what the bounds leave. */
  scanTiles(segment: number): void {
    for (let first = 0; first < this.size; first += TILE_QUERIES) {
      this.#runtime.kernels.scanTile(this.#tile(first), this.#tileSize(first), segment, this.#products);
    }
  }

  /**
   * Ranks centroids: the results of each query become the nearest `k` of them, sorted. The batch must have room for as
   * many results as there are centroids. `scratch` holds what `rankBytes` says.
   */
  rankCells(centroids: RankedCentroids, scratch: number): void {
    const { kernels } = this.#runtime;
    const { segments, rowsPerSegment, count } = centroids;
    const keyBytes = 4 * Math.ceil(count / BLOCK_ROWS) * BLOCK_ROWS;
    const keys = scratch + CLASS_BYTES;
    const isTiled = this.size >= LEAST_TILED;
    if (isTiled) this.packTiles();
    for (let first = 0; first < this.size; first += TILE_QUERIES) {
      const size = this.#tileSize(first);
      for (const [i, segment] of segments.entries()) {
        const to = keys + 4 * i * rowsPerSegment;
        if (isTiled) {
          kernels.rankTile(this.#tile(first), size, segment, to, keyBytes, this.#products);
        } else {
          for (let place = 0; place < size; place++) {
            kernels.rankCells(this.#query(first + place), segment, to + place * keyBytes, this.#products);
          }
        }
      }
      for (let place = 0; place < size; place++) {
        const query = this.#query(first + place);
        kernels.selectCells(query, keys + place * keyBytes, count, this.#wanted.k, scratch);
      }
    }
  }

  /** Bytes of scratch memory that ranking so many centroids takes. */
  static rankBytes(centroids: number): number {
    return CLASS_BYTES + TILE_QUERIES * 4 * Math.ceil(centroids / BLOCK_ROWS) * BLOCK_ROWS;
  }

  /** Searches the cells of ranks from..to, which query `i` of `ranking` has found, sorted. */
  probeCells(i: number, ranking: QueryBatch, { from, to, table }: Probed): void {
    const { kernels } = this.#runtime;
    kernels.probeCells(this.#query(i), ranking.#query(i), from, to, table, this.#products);
  }

  /** The same for all queries, grouped by cell. `groups` has room for what assembly/probe.ts sorts there. */
  probeTiles(ranking: QueryBatch, { from, to, table }: Probed, cells: number, groups: number): void {
    this.#writeAddresses();
    ranking.#writeAddresses();
    this.#runtime.kernels.probeTiles(
      this.#addresses,
      ranking.#addresses,
      this.size,
      from,
      to,
      table,
      cells,
      groups,
      this.#products,
    );
  }

  /** How many results query `i` holds. */
  found(i: number): number {
    return this.#runtime.memory.u32[this.#query(i) / 4 + FOUND]!;
  }

  /** Bytes that `probeTiles` wants of `groups`. */
  groupBytes(cells: number, ranks: number): number {
    return 4 * (cells + 2 + this.size * ranks) + this.#tileBytes;
  }

  /**
   * The queries as centroids, tiles packed: assigns the rows of a segment to the nearest of queries `from..to`, `from` a
   * multiple of six, where one is nearer than the row's cell so far. Query 0 is centroid `first`.
   */
  assignRows(segment: number, { keys, cells }: Assignment, from: number, to: number, first = 0): void {
    const { kernels } = this.#runtime;
    const tiles = this.#tile(from);
    const number = first + from;
    kernels.assignRows(tiles, this.#tileBytes, to - from, number, segment, keys, cells, this.#products);
  }

  /** The queries as centroids: writes the keys of the rows of a segment with the cells they are assigned to. */
  scoreCells(segment: number, { keys, cells }: Assignment): void {
    this.#runtime.kernels.scoreCells(this.#block, segment, keys, cells);
  }

  /** Scores the live rows among `count` places for query `i`; its filter is not asked. */
  scorePlaces(i: number, places: number, count: number): void {
    this.#runtime.kernels.scorePlaces(this.#query(i), places, count);
  }

  /** Scores the rows that a search of hash tables marked, for query `i`. */
  scoreGathered(i: number, search: number): void {
    this.#runtime.kernels.scoreGathered(this.#query(i), search);
  }

  /** Rows that query `i` scored in float32, as candidates. */
  rescored(i: number): number {
    return this.#runtime.memory.u32[this.#query(i) / 4 + RESCORED]!;
  }

  /** Copies the results of query `i` out, best first, from `at` on; empties them. Returns how many there were. */
  take(i: number, ids: Int32Array, scores: Float32Array, at: number): number {
    const { kernels, memory } = this.#runtime;
    const query = this.#query(i);
    kernels.sortResults(query);
    const found = memory.u32[query / 4 + FOUND]!;
    const sign = this.#store.metric === 'l2' ? -1 : 1;
    const entry = (this.#results + i * this.#wanted.capacity * ENTRY_BYTES) / 4;
    for (let j = 0; j < found; j++) {
      // Adding 0 turns the -0 of a negated zero distance into 0.
      scores[at + j] = sign * memory.f32[entry + 2 * j]! + 0;
      ids[at + j] = memory.i32[entry + 2 * j + 1]!;
    }
    memory.u32[query / 4 + FOUND] = 0;
    return found;
  }

  /** Where the results of query `i` stand: f32 key and i32 id of each. */
  resultsOf(i: number): number {
    return this.#results + i * this.#wanted.capacity * ENTRY_BYTES;
  }

  /** Empties the results of query `i`, which holds the best `k` from now on. */
  restart(i: number, k: number): void {
    const { kernels, memory } = this.#runtime;
    memory.u32[this.#query(i) / 4 + FOUND] = 0;
    memory.u32[this.#query(i) / 4 + WANTED] = k;
    kernels.raise(this.#query(i), Number.NEGATIVE_INFINITY);
  }

  /** Where the descriptor of query `i` stands. */
  addressOf(i: number): number {
    return this.#query(i);
  }

  /** Bytes of linear memory held. */
  get bytes(): number {
    return this.#runtime.memory.sizeOf(this.#block);
  }

  release(): void {
    this.#runtime.memory.free(this.#block);
  }

  #writeAddresses(): void {
    const { u32 } = this.#runtime.memory;
    for (let i = 0; i < this.size; i++) u32[this.#addresses / 4 + i] = this.#query(i);
  }

  #query(i: number): number {
    return this.#block + i * QUERY_BYTES;
  }

  #tile(first: number): number {
    return this.#tiles + (first / TILE_QUERIES) * this.#tileBytes;
  }

  #tileSize(first: number): number {
    return Math.min(TILE_QUERIES, this.size - first);
  }
}
