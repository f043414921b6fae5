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
  tableBytes(documents: number): number;
  multiplyCsr(
    indptr: number,
    indices: number,
    values: number,
    from: number,
    to: number,
    x: number,
    y: number,
  ): void;
  multiplyCsrDense(
    indptr: number,
    indices: number,
    values: number,
    from: number,
    to: number,
    x: number,
    y: number,
    stride: number,
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
