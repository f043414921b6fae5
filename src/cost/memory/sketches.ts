import { type BandOptions, checkBands } from '../../sketch/bands.ts';
import { shapeFor } from '../../sketch/bloom-shape.ts';
import { bucketOf, bucketRoom, bucketsPerOctave } from '../../sketch/bucket-layout.ts';
import { type CountMinOptions, checkCountMin } from '../../sketch/count-min-options.ts';
import { kllShape } from '../../sketch/kll-shape.ts';
import {
  FIRST_HEAD_BITS,
  headBitsFor,
  headBytes,
  layoutSets,
  lshStateBytes,
  TABLE_ENTRIES,
} from '../../sketch/signature-layout.ts';
import { bloomBytes, countMinBytes, hyperLogLogBytes, signatureBytes } from '../../sketch/state-bytes.ts';
import { keyBytes, topKBytes } from '../../sketch/top-k-layout.ts';
import { checkInteger, checkNumber } from '../../vectors/input.ts';
import { checkChoice, given } from '../options.ts';
import { checkCount, checkQuantity, finite } from '../quantity.ts';
import { held } from './held.ts';
import { checkRowCount, type IdSource, idTableBytes } from './rows.ts';

/** Bytes of a sketch. */
export interface SketchMemory {
  readonly total: number;
}

/** Counters of the textbook. */
export interface CountersMemoryOptions {
  /** Counters of a row. */
  readonly width: number;
  /** Rows. */
  readonly depth: number;
  /** @default 8, for int64 */
  readonly counterBytes?: number;
}

/** A `HyperLogLog`. */
export interface DistinctMemoryOptions {
  /** 4..18 @default 14 */
  readonly precision?: number;
}

/** A `BloomFilter`. */
export interface BloomMemoryOptions {
  /** Keys it is made for. */
  readonly capacity: number;
  /** 1e-6..0.5 @default 0.01 */
  readonly falsePositiveRate?: number;
}

/** A `KllSketch`. */
export interface KllMemoryOptions {
  /** 8..4096 @default 200 */
  readonly k?: number;
}

/** Magnitudes from the least to the greatest, both of at least 2^-1022. */
export interface MagnitudeRange {
  readonly least: number;
  readonly most: number;
}

/** A `DDSketch`. */
export interface DDSketchMemoryOptions {
  /** 1e-4..0.5 @default 0.01 */
  readonly alpha?: number;
  /** Of either side of 0. @default 2048 */
  readonly maxBuckets?: number;
  /** Of positive values; left out for none. */
  readonly positive?: MagnitudeRange;
  /** Of negative ones. */
  readonly negative?: MagnitudeRange;
}

/** A `MinHash`. */
export interface MinHashMemoryOptions {
  /** A power of two, 16..65536. @default 128 */
  readonly hashes?: number;
}

/** A `MinHashLsh` that nothing was removed from. */
export interface MinHashLshMemoryOptions extends MinHashMemoryOptions, BandOptions {
  readonly sets: number;
  /** @default 'automatic', for ids that count up from 0 */
  readonly ids?: IdSource;
}

/** A `TopK` that is full. */
export interface TopKMemoryOptions {
  readonly capacity: number;
  /** What keys are. @default 'number' */
  readonly keys?: 'number' | 'bigint' | 'string' | 'bytes';
  /** Of a string in UTF-16 units, of bytes in bytes; on average. @default 8 */
  readonly keyLength?: number;
}

/** Bytes of a `TopK`. */
export interface TopKMemory extends SketchMemory {
  /** Of the keys outside linear memory, about: runtimes do not tell. */
  readonly keys: number;
}

/**
 * Bytes of the counters of a textbook's Count-Min sketch, width x depth of int64. Source: Cormode and Muthukrishnan, "An improved
 * data stream summary" (2005), section 3. Ours takes half of it: `countMinSketch`.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.countMin({ width: 10_000, depth: 7 }); // 560000
 */
export function countMin(options: CountersMemoryOptions): number {
  const { width, depth, counterBytes = 8 } = given(options);
  const counters = checkCount('width', width) * checkCount('depth', depth);
  return finite('bytes', counters * checkCount('counterBytes', counterBytes));
}

/**
 * What `CountMinSketch.memoryUsage()` reports, bytes, equal to the byte: 4 a counter, in whole cache lines
 * (src/sketch/state-bytes.ts).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function countMinSketch(options: CountMinOptions): SketchMemory {
  const { width, depth } = checkCountMin(given(options));
  return { total: held(countMinBytes(width, depth)) };
}

/** What `HyperLogLog.memoryUsage()` reports, bytes, equal to the byte: one a register (src/sketch/state-bytes.ts). @throws LanewiseError `INVALID_ARGUMENT` */
export function hyperLogLog(options: DistinctMemoryOptions = {}): SketchMemory {
  return { total: held(hyperLogLogBytes(checkInteger('precision', given(options).precision ?? 14, 4, 18))) };
}

/**
 * What `BloomFilter.memoryUsage()` reports, bytes, equal to the byte: the blocks of 64 bytes that keep the rate
 * (src/sketch/bloom-shape.ts).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function bloomFilter(options: BloomMemoryOptions): SketchMemory {
  const capacity = checkInteger('capacity', given(options).capacity, 1, 2 ** 32 - 1);
  const rate = checkNumber('falsePositiveRate', options.falsePositiveRate ?? 0.01, 1e-6, 0.5);
  return { total: held(bloomBytes(shapeFor(capacity, rate))) };
}

/**
 * What `KllSketch.memoryUsage()` reports, bytes, equal to the byte, however many values it has seen (src/sketch/kll-shape.ts). From a
 * question to the next change 16 bytes for each value that is kept come on top.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function kllSketch(options: KllMemoryOptions = {}): SketchMemory {
  return { total: held(kllShape(checkInteger('k', given(options).k ?? 200, 8, 4096)).bytes) };
}

/**
 * What `DDSketch.memoryUsage()` reports, bytes: 8 a bucket of the range of magnitudes, and half as many in reserve
 * (src/sketch/bucket-layout.ts). Equal to the byte where the first call had the whole range; ranges that grow, call by call, leave
 * other reserves, up to a third less.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example
 * memory.ddSketch({ positive: { least: 0.1, most: 10_000 } }).total; // latencies of .1 ms to 10 s within 1 %: 7104
 */
export function ddSketch(options: DDSketchMemoryOptions): SketchMemory {
  const { alpha = 0.01, maxBuckets = 2048, positive, negative } = given(options);
  const perOctave = bucketsPerOctave(checkNumber('alpha', alpha, 1e-4, 0.5));
  const most = checkInteger('maxBuckets', maxBuckets, 16, 2 ** 23);
  let total = held(0);
  for (const range of [positive, negative]) {
    if (range === undefined) continue;
    const least = checkNumber('least', given(range).least, 2 ** -1022, Number.MAX_VALUE);
    const first = bucketOf(least, perOctave);
    const last = bucketOf(checkNumber('most', range.most, least, Number.MAX_VALUE), perOctave);
    total += held(8 * bucketRoom(Math.min(most, last - first + 1), most));
  }
  return { total };
}

/** What `MinHash.memoryUsage()` reports, bytes, equal to the byte: 8 a hash (src/sketch/state-bytes.ts). @throws LanewiseError `INVALID_ARGUMENT` */
export function minHash(options: MinHashMemoryOptions = {}): SketchMemory {
  const bytes = signatureBytes(checkHashes(given(options).hashes));
  return { total: held(bytes, bytes) };
}

/**
 * What `MinHashLsh.memoryUsage()` reports, bytes, equal to the byte: signatures and chains of sets in segments of 256 KiB, heads of
 * at least as many chains as sets, a power of two, for each band (src/sketch/signature-layout.ts), and the table of ids.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function minHashLsh(options: MinHashLshMemoryOptions): SketchMemory {
  const { ids, ...shape } = given(options);
  const sets = checkRowCount('sets', shape.sets);
  const hashes = checkHashes(shape.hashes);
  const { bands } = checkBands(shape, hashes);
  const { setBytes, segmentBits } = layoutSets(hashes, bands);
  const segments = Math.ceil(sets / 2 ** segmentBits);
  let entries = TABLE_ENTRIES;
  while (entries < segments) entries *= 2;
  const total =
    held(lshStateBytes(hashes), 4 * entries, headBytes(bands, headBitsFor(sets, FIRST_HEAD_BITS))) +
    segments * held(setBytes * 2 ** segmentBits) +
    idTableBytes(sets, ids);
  return { total };
}

/**
 * What `TopK.memoryUsage()` reports, bytes, once as many keys are kept as it has room for; equal to the byte where keys have one length
 * (src/sketch/top-k-layout.ts).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function topK(options: TopKMemoryOptions): TopKMemory {
  const { keys = 'number', keyLength = 8 } = given(options);
  const capacity = checkInteger('capacity', options.capacity, 1, 2 ** 22);
  const kind = checkChoice('kind of keys', keys, { number: 0, bigint: 0, string: 0, bytes: 0 });
  const bytes = finite('bytes', capacity * keyBytes(kind, checkQuantity('keyLength', keyLength)));
  return { total: held(topKBytes(capacity)) + bytes, keys: bytes };
}

function checkHashes(hashes: unknown = 128): number {
  return checkInteger('hashes', hashes, 16, 65_536);
}
