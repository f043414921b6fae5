import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, type FileTensor, type IndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import type { BucketStore } from './bucket-store.ts';
import type { Runtime } from './kernels.ts';

/** Magnitudes below it count as 0. */
export const LEAST_NORMAL: number = 2.2250738585072014e-308;

/** What a DDSketch has seen beside its buckets. */
export interface Totals {
  readonly count: number;
  readonly zeros: number;
  readonly min: number;
  readonly max: number;
}

export interface Stores {
  readonly positive: BucketStore;
  readonly negative: BucketStore;
}

export function ddsketchTensors(
  runtime: Runtime,
  { zeros, min, max }: Totals,
  { positive, negative }: Stores,
): FileTensor[] {
  const summary = Float64Array.of(
    ...[zeros, min, max],
    ...[positive.low, Number(positive.isCollapsed), negative.low, Number(negative.isCollapsed)],
  );
  const tensor = (name: string, store: BucketStore) => {
    const counts = store.isEmpty ? new Float64Array(0) : store.counts.slice();
    return arrayTensor(runtime, countsSpec(name, counts.length), counts);
  };
  return [tensor('negative', negative), tensor('positive', positive), arrayTensor(runtime, SUMMARY, summary)];
}

/** Fills empty stores, which give their memory back with the sketch. @throws LanewiseError `FILE_CORRUPT`, `FILE_DTYPE` */
export function readDDSketch(
  runtime: Runtime,
  file: IndexFile,
  { positive, negative }: Stores,
  maxBuckets: number,
  perOctave: number,
): Totals {
  const read = (spec: TensorSpec) => new Float64Array(readChecked(runtime, file, spec).slice().buffer);
  const summary = read(SUMMARY);
  const [zeros, min, max] = [summary[0]!, summary[1]!, summary[2]!];
  const indexOf = (magnitude: number) =>
    magnitude >= LEAST_NORMAL && magnitude < Number.POSITIVE_INFINITY
      ? runtime.kernels.bucketOf(magnitude, perOctave)
      : undefined;
  let count = zeros;
  let isRight = isCount(zeros);
  for (const [name, store, at, greatest] of [
    ['positive', positive, 3, max],
    ['negative', negative, 5, -min],
  ] as const) {
    const length = file.rowsOf(name);
    const [low, collapsed] = [summary[at]!, summary[at + 1]!];
    const high = low + length - 1;
    isRight &&=
      (length > 0 ? high === indexOf(greatest) : indexOf(greatest) === undefined && low === 0) &&
      low >= -1022 * perOctave &&
      (collapsed === 0 || (collapsed === 1 && length === maxBuckets)) &&
      length <= maxBuckets;
    if (!isRight) break;
    const counts = read(countsSpec(name, length));
    isRight = counts.every(isCount) && counts[0] !== 0 && counts[length - 1] !== 0;
    store.fill(low, counts, collapsed === 1);
    count += counts.reduce((total, each) => total + each, 0);
  }
  isRight &&= isCount(count);
  isRight &&= count > 0 ? min <= max && max < 1 / 0 && min > -1 / 0 : min === 1 / 0 && max === -1 / 0;
  if (!isRight) throw corruptFile('The buckets of the file are none of a sketch.', [...summary]);
  return { count, zeros, min, max };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

const SUMMARY: TensorSpec = { name: 'summary', dtype: 'F64', shape: [7] };

function countsSpec(name: string, length: number): TensorSpec {
  return { name, dtype: 'F64', shape: [length] };
}
