import { recommendKernels } from '#kernels';
import { type Capabilities, capabilitiesOf } from '../host/capabilities.ts';
import type { HashKernels } from '../host/checksum.ts';
import { type Runtime as HostRuntime, type KernelFamily, load, prepare } from '../host/kernels.ts';

/** The kernels as AssemblyScript exports them (assembly/families/recommend.ts): addresses in, numbers out. */
interface Kernels extends HashKernels {
  addGram(x: number, rows: number, stride: number, mean: number, scratch: number, gram: number): void;
  addNeighbours(
    items: number,
    values: number,
    count: number,
    starts: number,
    ids: number,
    similarities: number,
    scores: number,
  ): void;
  addNormal(
    others: number,
    weights: number,
    count: number,
    factors: number,
    width: number,
    scratch: number,
    matrix: number,
    right: number,
  ): void;
  addResiduals(
    others: number,
    weights: number,
    count: number,
    factors: number,
    width: number,
    v: number,
    share: number,
    out: number,
  ): void;
  applyGram(gram: number, width: number, penalty: number, v: number, out: number): void;
  checkFinite(values: number, count: number): number;
  countKeys(keys: number, from: number, to: number, counts: number): void;
  countPlaces(indptr: number, indices: number, rows: number): number;
  denseLayer(
    x: number,
    rows: number,
    xBytes: number,
    weights: number,
    biases: number,
    depth: number,
    panels: number,
    y: number,
  ): void;
  dotRows(a: number, b: number, width: number): number;
  factorize(
    ratings: number,
    from: number,
    to: number,
    users: number,
    items: number,
    stride: number,
    userBiases: number,
    itemBiases: number,
    mean: number,
    rate: number,
    penalty: number,
    biasPenalty: number,
  ): number;
  findNeighbours(task: number, budget: number): number;
  gelu(values: number, count: number, constants: number): void;
  geluByTangent(values: number, count: number, constants: number): void;
  keepLast(starts: number, items: number, values: number, rows: number): number;
  makeRooms(task: number, most: number, results: number): number;
  moveEntries(
    keys: number,
    others: number,
    values: number,
    from: number,
    to: number,
    ends: number,
    othersOut: number,
    valuesOut: number,
  ): void;
  moveRows(
    indptr: number,
    indices: number,
    values: number,
    from: number,
    to: number,
    ends: number,
    indicesOut: number,
    valuesOut: number,
  ): void;
  packNeighbours(
    queries: number,
    from: number,
    to: number,
    first: number,
    starts: number,
    ids: number,
    similarities: number,
  ): number;
  predictRatings(
    users: number,
    items: number,
    count: number,
    rowStarts: number,
    rowItems: number,
    rowValues: number,
    starts: number,
    ids: number,
    similarities: number,
    means: number,
    known: number,
    out: number,
  ): void;
  rankValues(features: number, featureCount: number, values: number, rows: number, ranks: number): void;
  relu(values: number, count: number): void;
  scoreRows(
    vector: number,
    rows: number,
    stride: number,
    count: number,
    scales: number,
    biases: number,
    out: number,
  ): void;
  selectItems(query: number, scores: number, first: number, count: number, excluded: number): void;
  shuffle(entries: number, from: number, to: number, state: number): void;
  sigmoid(values: number, count: number, constants: number): void;
  solveNormal(matrix: number, right: number, width: number, scales: number, out: number): void;
  sortResults(query: number): void;
  startNormal(gram: number, width: number, penalty: number, matrix: number, right: number): void;
  stepConjugate(x: number, r: number, p: number, q: number, width: number, square: number): number;
  sumCounts(counts: number, groups: number): void;
  sumLosses(
    others: number,
    weights: number,
    count: number,
    factors: number,
    width: number,
    x: number,
  ): number;
  sumPlaces(
    indptr: number,
    indices: number,
    values: number,
    rows: number,
    indptrOut: number,
    indicesOut: number,
    valuesOut: number,
  ): void;
  sumSquaredErrors(
    ratings: number,
    from: number,
    to: number,
    users: number,
    items: number,
    stride: number,
    userBiases: number,
    itemBiases: number,
    mean: number,
    out: number,
  ): number;
  walkDeepTrees(
    trees: number,
    treeCount: number,
    values: number,
    valueBytes: number,
    sums: number,
    sumBytes: number,
    blocks: number,
    lanes: number,
  ): void;
  walkPerfectTrees(
    trees: number,
    treeCount: number,
    depth: number,
    ranks: number,
    rankBytes: number,
    sums: number,
    sumBytes: number,
    blocks: number,
  ): void;
  walkPerfectTreesOfRow(trees: number, treeCount: number, depth: number, ranks: number, sums: number): void;
}

/** The kernels of recommenders, the memory they work in, and their tier. */
export type Runtime = HostRuntime<Kernels>;

const family: KernelFamily<Kernels> = { sources: recommendKernels, isRight: () => true };

/** The loaded kernels; loads them on the first call. */
export function runtime(): Runtime {
  return load(family);
}

/**
 * Loads the kernels of recommenders and compiles them without blocking; harmless when called again. Optional: whatever needs
 * them loads them at once, which takes a millisecond.
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
