import { corruptFile } from '../format/index-file.ts';
import { type KllShape, MOST_LEVELS } from './kll-shape.ts';

// The state of a KLL sketch as it lies in linear memory (assembly/kll.ts): bytes from its start.
export const COUNT = 0;
export const VARIANCE = 8;
export const MIN = 16;
export const MAX = 24;
export const RANDOM = 32;
const LEVELS = 56;
export const WAITING = 60;
export const SIZES = 64;
export const CAPACITIES = 320;
/** Bytes of the state that files carry; the capacities follow from k. */
export const SAVED_BYTES = 320;

/** The numbers of a saved head, those that say how much there is checked. @throws LanewiseError `FILE_CORRUPT` */
export function readHead(head: Uint8Array, shape: KllShape): { waiting: number; sizes: Uint32Array } {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [count, variance] = [view.getFloat64(COUNT, true), view.getFloat64(VARIANCE, true)];
  const [levels, waiting] = [view.getUint32(LEVELS, true), view.getUint32(WAITING, true)];
  const sizes = Uint32Array.from({ length: MOST_LEVELS }, (_, i) => view.getUint32(SIZES + 4 * i, true));
  const isRight =
    Number.isSafeInteger(count) &&
    count >= waiting &&
    waiting < shape.block &&
    levels <= levelsFor(count, shape) &&
    (levels > 0 ? levels >= levelsFor(count - waiting, shape) && variance >= 1 : variance === 0) &&
    Number.isFinite(variance) &&
    sizes.every((size, h) => size === 0 || (h > 0 && h <= levels)) &&
    total(sizes) <= total(shape.capacities.subarray(0, levels));
  const weight = sizes.reduce((sum, size, h) => sum + size * 2 ** h, waiting);
  if (!isRight || weight !== count) throw corruptFile('The levels of the file are none of a sketch.', count);
  return { waiting, sizes };
}

/** @throws LanewiseError `FILE_CORRUPT` unless levels are sorted and all values between the extremes */
export function checkLevels(
  head: Uint8Array,
  sizes: Uint32Array,
  waiting: Float64Array,
  values: Float64Array,
): void {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const [min, max] = [view.getFloat64(MIN, true), view.getFloat64(MAX, true)];
  const isEmpty = waiting.length + values.length === 0;
  let isRight = isEmpty ? min === 1 / 0 && max === -1 / 0 : min <= max;
  const isWithin = (value: number) => value >= min && value <= max;
  isRight &&= waiting.every(isWithin) && values.every(isWithin);
  let at = 0;
  for (let h = sizes.length - 1; h >= 1; h--) {
    const end = at + sizes[h]!;
    for (let i = at + 1; i < end; i++) isRight &&= values[i - 1]! <= values[i]!;
    at = end;
  }
  if (!isRight) throw corruptFile('The values of the file are none of a sketch.', [min, max]);
}

export function total(sizes: Uint32Array): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

function levelsFor(count: number, { k }: KllShape): number {
  let levels = 1;
  while (k * 2 ** levels < count) levels++;
  return levels;
}
