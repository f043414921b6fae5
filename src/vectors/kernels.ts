import { searchKernels } from '#kernels';
import { type Capabilities, capabilitiesOf } from '../host/capabilities.ts';
import type { HashKernels } from '../host/checksum.ts';
import { type Runtime as HostRuntime, type KernelFamily, load, prepare } from '../host/kernels.ts';

/** The kernels as AssemblyScript exports them (assembly/families/search.ts): addresses in, numbers out. */
export interface Kernels extends HashKernels {
  measureRows(segment: number, lanes: number, from: number, to: number, least: number, most: number): number;
  encodeRows(
    segment: number,
    dimensions: number,
    metric: number,
    from: number,
    to: number,
    scratch: number,
  ): void;
  clearRows(segment: number, lanes: number, from: number, to: number): void;
  packRows(segment: number, lanes: number): number;
  prepareQuery(query: number): number;
  raise(query: number, threshold: number): void;
  scanRows(query: number, segment: number): void;
  scorePlaces(query: number, places: number, count: number): void;
  scanCodes(query: number, segment: number, products: number): void;
  scanNibbles(query: number, segment: number, products: number): void;
  packTile(queries: number, size: number, tile: number): void;
  scanTile(tile: number, size: number, segment: number, products: number): void;
  rescore(query: number): void;
  rankCells(query: number, segment: number, keys: number, products: number): void;
  rankTile(
    tile: number,
    size: number,
    segment: number,
    keys: number,
    keyBytes: number,
    products: number,
  ): void;
  selectCells(query: number, keys: number, count: number, wanted: number, classes: number): void;
  probeCells(query: number, ranked: number, from: number, to: number, table: number, products: number): void;
  probeTiles(
    queries: number,
    ranked: number,
    count: number,
    from: number,
    to: number,
    table: number,
    cells: number,
    groups: number,
    products: number,
  ): void;
  assignRows(
    tiles: number,
    tileBytes: number,
    centroids: number,
    first: number,
    segment: number,
    keys: number,
    cells: number,
    products: number,
  ): void;
  scoreCells(queries: number, segment: number, keys: number, cells: number): void;
  sumCells(segment: number, lanes: number, metric: number, cells: number, sums: number, counts: number): void;
  sortResults(query: number): void;
  rotate(vector: number, factors: number, dimensions: number, window: number, scratch: number): void;
  encodeSubvectors(
    vectors: number,
    stride: number,
    rows: number,
    codebooks: number,
    subvectors: number,
    width: number,
    centroids: number,
    codes: number,
  ): void;
  encodeSketches(
    sketcher: number,
    vectors: number,
    lanes: number,
    norms: number,
    centroid: number,
    blocks: number,
    from: number,
    to: number,
  ): void;
  makeTables(query: number, sketcher: number, tables: number): void;
  probeSketches(
    query: number,
    ranked: number,
    from: number,
    to: number,
    table: number,
    tables: number,
    centroids: number,
    shift: number,
    share: number,
  ): void;
  scanSketches(query: number, segment: number, tables: number, cellTerm: number, margin: number): void;
  hashRows(family: number, segment: number, from: number, to: number, links: number): void;
  hashQueries(family: number, segment: number): void;
  linkRows(family: number, links: number, slot: number, from: number, to: number): void;
  gatherRows(family: number, lane: number, search: number): number;
  scoreGathered(query: number, search: number): void;
  encodeNodes(
    graph: number,
    first: number,
    from: number,
    to: number,
    dimensions: number,
    metric: number,
    vector: number,
  ): void;
  searchGraph(graph: number, beam: number, query: number, capacity: number, least: number): number;
  linkNode(graph: number, linker: number, slot: number, capacity: number): void;
  aim(graph: number, beam: number, slot: number): void;
  packCell(
    graph: number,
    slots: number,
    names: number,
    count: number,
    blocks: number,
    isDirection: boolean,
  ): void;
  scanCell(graph: number, blocks: number, rows: number, beams: number, count: number, scratch: number): void;
  linkForward(graph: number, linker: number, beam: number, slot: number, layer: number, most: number): void;
  countBack(graph: number, slots: number, count: number, layer: number, counts: number): void;
  listBack(graph: number, slots: number, count: number, layer: number, ends: number, sources: number): void;
  linkBack(
    graph: number,
    linker: number,
    slot: number,
    layer: number,
    sources: number,
    count: number,
    capacity: number,
  ): void;
  reach(graph: number, linker: number, stack: number, waiting: number, most: number): number;
  attach(graph: number, linker: number, slot: number, capacity: number, fallback: number): void;
  repairNode(graph: number, linker: number, slot: number, numbers: number, capacity: number): void;
  moveNode(graph: number, from: number, to: number): void;
  renumberLinks(graph: number, slot: number, numbers: number): void;
  firstOutside(from: number, count: number, least: number, most: number): number;
  gatherLines(from: number, size: number, count: number, seed: number): number;
  stream(from: number, bytes: number): number;
  multiplyFloats(rounds: number, value: number): number;
  multiplyCodes(rounds: number, value: number): number;
}

/** The kernels of search over vectors, the memory they work in, and their tier. */
export type Runtime = HostRuntime<Kernels>;

const family: KernelFamily<Kernels> = {
  sources: searchKernels,
  // V8 11 doubles relaxed dot products and drops the sum they are added to, until it compiles a function for the second
  // time (Node 21, and Node 20 behind a flag). Twelve sums that start at 0..11 each take four products 3 x 3: 66 + 12 * 36.
  isRight: ({ multiplyCodes }) => multiplyCodes(1, 0x03030303) === 498,
};

/** The loaded kernels; loads them on the first call. */
export function runtime(): Runtime {
  return load(family);
}

/**
 * Loads the kernels of search over vectors and compiles them without blocking; harmless when called again. Optional:
 * whatever needs them loads them at once, which takes a few milliseconds.
 */
export function init(): Promise<void> {
  return prepare(family);
}

/**
 * Names the tier, threads, isolation and memory limits. Loads the kernels if nothing has yet.
 *
 * @throws LanewiseError `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
 */
export function capabilities(): Capabilities {
  return capabilitiesOf(runtime());
}
