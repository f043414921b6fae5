import { sketchKernels } from '#kernels';
import { type Capabilities, capabilitiesOf } from '../host/capabilities.ts';
import type { HashKernels } from '../host/checksum.ts';
import { type Runtime as HostRuntime, type KernelFamily, load, prepare } from '../host/kernels.ts';

/** The kernels as AssemblyScript exports them (assembly/families/sketch.ts): addresses in, numbers out. */
interface Kernels extends HashKernels {
  addBloom(
    blocks: number,
    size: number,
    sectors: number,
    hashes: number,
    count: number,
    scratch: number,
  ): void;
  addCounts(
    counters: number,
    width: number,
    depth: number,
    hashes: number,
    count: number,
    each: number,
  ): void;
  addDistinct(registers: number, precision: number, hashes: number, count: number): void;
  addFrequent(state: number, hashes: number, count: number, counts: number): number;
  addMinima(bins: number, bits: number, hashes: number, count: number): void;
  addWeights(
    counters: number,
    width: number,
    depth: number,
    hashes: number,
    count: number,
    counts: number,
  ): void;
  bucketOf(magnitude: number, perOctave: number): number;
  bucketStart(index: number, perOctave: number): number;
  bucketValue(index: number, perOctave: number): number;
  closeGaps(lsh: number, slots: number): number;
  compactBlock(sketch: number, bytes: number, scratch: number, room: number): void;
  countEqual(a: number, b: number, bytes: number): number;
  countRanks(registers: number, size: number, counts: number): number;
  countSaturated(counters: number, count: number): number;
  countPositive(
    values: number,
    count: number,
    perOctave: number,
    buckets: number,
    lowest: number,
    scratch: number,
  ): void;
  countValues(
    values: number,
    count: number,
    perOctave: number,
    positive: number,
    lowestPositive: number,
    negative: number,
    lowestNegative: number,
    scratch: number,
  ): number;
  enterFrequent(state: number, size: number): number;
  fillBins(bins: number, bits: number, out: number, list: number): void;
  findFrequent(state: number, hash: bigint): number;
  hasBloom(
    blocks: number,
    size: number,
    sectors: number,
    hashes: number,
    count: number,
    scratch: number,
    out: number,
  ): void;
  hashBytes(from: number, ends: number, count: number, seed: bigint, state: number, out: number): void;
  hashIntegers(from: number, count: number, isSigned: boolean, seed: bigint, out: number): void;
  hashLongs(from: number, count: number, seed: bigint, out: number): void;
  hashNumbers(from: number, count: number, seed: bigint, out: number): void;
  linkSets(lsh: number, from: number, to: number): void;
  mergeLevels(sketch: number, other: number, bytes: number, scratch: number, room: number): void;
  querySets(
    lsh: number,
    signature: number,
    leastId: number,
    mark: number,
    least: number,
    most: number,
    answers: number,
  ): number;
  raiseCounts(
    counters: number,
    width: number,
    depth: number,
    hashes: number,
    count: number,
    counts: number,
  ): void;
  readCounts(
    counters: number,
    width: number,
    depth: number,
    hashes: number,
    count: number,
    out: number,
  ): void;
  surveyValues(values: number, count: number, mustBeFinite: boolean, out: number): boolean;
  uniteBloom(blocks: number, others: number, size: number): void;
  uniteCounts(counters: number, others: number, bytes: number): void;
  uniteDistinct(registers: number, others: number, bytes: number): void;
  uniteMinima(bins: number, others: number, bytes: number): void;
  viewLevels(sketch: number, bytes: number, scratch: number, room: number): number;
  weighBloom(blocks: number, size: number, sectors: number, scratch: number, out: number): number;
}

/** The kernels of sketches, the memory they work in, and their tier. */
export type Runtime = HostRuntime<Kernels>;

const family: KernelFamily<Kernels> = { sources: sketchKernels, isRight: () => true };

/** The loaded kernels; loads them on the first call. */
export function runtime(): Runtime {
  return load(family);
}

/**
 * Loads the kernels of sketches and compiles them without blocking; harmless when called again. Optional: whatever needs
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
