import { sparseKernels } from '#kernels';
import { type Capabilities, capabilitiesOf } from '../host/capabilities.ts';
import type { HashKernels } from '../host/checksum.ts';
import { type Runtime as HostRuntime, type KernelFamily, load, prepare } from '../host/kernels.ts';

/** The kernels as AssemblyScript exports them (assembly/families/sparse.ts): addresses in, numbers out. */
export interface Kernels extends HashKernels {
  searchPostings(query: number, segment: number, stamp: number): void;
  scoreDocuments(query: number, segment: number, documents: number, count: number): void;
  sortResults(query: number): void;
  numberTerms(
    terms: number,
    count: number,
    directory: number,
    hash: number,
    mask: number,
    places: number,
  ): number;
  numberPairs(
    starts: number,
    documents: number,
    frequencies: number,
    codes: number,
    pairs: number,
    hash: number,
    mask: number,
  ): number;
  startPostings(directory: number, terms: number): number;
  fillPostings(segment: number, places: number): void;
  weighPairs(pairs: number, count: number, impacts: number, k1: number, b: number, average: number): void;
  copyDocuments(
    segment: number,
    keepsPlaces: boolean,
    first: number,
    entries: number,
    ids: number,
    starts: number,
    terms: number,
    frequencies: number,
  ): void;
  addCsr(
    indptrA: number,
    indicesA: number,
    valuesA: number,
    indptrB: number,
    indicesB: number,
    valuesB: number,
    rows: number,
    alpha: number,
    beta: number,
    indptrOut: number,
    indicesOut: number,
    valuesOut: number,
  ): void;
  checkBelow(indices: number, count: number, limit: number): number;
  checkFinite(values: number, count: number): number;
  checkIndices(indptr: number, indices: number, rows: number, columns: number): number;
  checkStarts(indptr: number, rows: number, nonzeros: number): number;
  copyPart(
    indptr: number,
    indices: number,
    values: number,
    from: number,
    to: number,
    first: number,
    width: number,
    indptrOut: number,
    indicesOut: number,
    valuesOut: number,
  ): void;
  countPart(indptr: number, indices: number, from: number, to: number, first: number, width: number): number;
  countPlaces(indptr: number, indices: number, rows: number): number;
  countSum(indptrA: number, indicesA: number, indptrB: number, indicesB: number, rows: number): number;
  gatherColumns(
    indices: number,
    values: number,
    nonzeros: number,
    columns: number,
    kind: number,
    sums: number,
  ): void;
  gatherRows(indptr: number, values: number, rows: number, kind: number, out: number): void;
  groupEntries(
    keys: number,
    others: number,
    values: number,
    count: number,
    groups: number,
    starts: number,
    othersOut: number,
    valuesOut: number,
  ): void;
  multiplyCsr(
    indptr: number,
    indices: number,
    values: number,
    rows: number,
    x: number,
    y: number,
    order: number,
    scratch: number,
  ): void;
  multiplyCsrDense(
    indptr: number,
    indices: number,
    values: number,
    rows: number,
    x: number,
    y: number,
    stride: number,
  ): void;
  orderRows(indptr: number, rows: number, order: number, scratch: number): void;
  multiplyCsrTransposed(
    indptr: number,
    indices: number,
    values: number,
    rows: number,
    columns: number,
    x: number,
    y: number,
  ): void;
  normalizeRows(indptr: number, values: number, rows: number, kind: number, out: number): void;
  padRows(block: number, rows: number, columns: number, stride: number): void;
  scaleValues(values: number, count: number, factor: number, out: number): void;
  sumPlaces(
    indptr: number,
    indices: number,
    values: number,
    rows: number,
    indptrOut: number,
    indicesOut: number,
    valuesOut: number,
  ): void;
  transposeCsr(
    indptr: number,
    indices: number,
    values: number,
    rows: number,
    columns: number,
    indptrOut: number,
    indicesOut: number,
    valuesOut: number,
  ): void;
  multiplyDense(
    x: number,
    rows: number,
    xStride: number,
    m: number,
    depth: number,
    yStride: number,
    isUpper: boolean,
    y: number,
  ): void;
  addGram(x: number, rows: number, stride: number, mean: number, scratch: number, gram: number): void;
  reflect(a: number, n: number, stride: number, k: number, betas: number, p: number): number;
  accumulate(a: number, n: number, stride: number, k: number, betas: number, vectors: number): void;
  rotateRows(vectors: number, stride: number, first: number, count: number, rotations: number): void;
  multiplyCsrWide(
    indptr: number,
    indices: number,
    values: number,
    from: number,
    to: number,
    x: number,
    y: number,
  ): void;
  unpadRows(block: number, rows: number, columns: number, stride: number): void;
}

/** The kernels of sparse matrices and text, the memory they work in, and their tier. */
export type Runtime = HostRuntime<Kernels>;

const family: KernelFamily<Kernels> = { sources: sparseKernels, isRight: () => true };

/** The loaded kernels; loads them on the first call. */
export function runtime(): Runtime {
  return load(family);
}

/**
 * Loads the kernels of sparse matrices and text and compiles them without blocking; harmless when called again. Optional:
 * whatever needs them loads them at once, which takes a millisecond.
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
