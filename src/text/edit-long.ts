import { LanewiseError } from '../host/errors.ts';
import { runtime } from './edit-kernels.ts';

/** Patterns from here on are tried in a narrow band first. */
const NARROW_BAND = 64;
/** How much wider the next band is. */
const WIDER = 8;
/** Addresses of kernels are 32 bits, of four bytes a unit. */
const MOST_UNITS = 2 ** 29;
/** Bytes of masks a symbol (assembly/edit-blocks.ts, edit-transpositions.ts), and of the kernel's own. */
const BLOCK_BYTES = 32;
const WORD_BYTES = 8;
const WORK_BYTES = 64;
/** Columns that a sweep reads beyond the last. */
const PADDING = 4;

/** The number of each unit below 65536 that the pattern holds. Zero between calls. */
let numbers: Uint32Array | undefined;

/** Two texts without what both begin and end with. */
interface Trimmed {
  readonly pattern: Uint32Array;
  readonly text: Uint32Array;
}

/**
 * The distance of two texts of any length, by kernel: more than `limit`, where it is. The texts are written over.
 *
 * @throws LanewiseError `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
 */
export function longDistance(
  one: Uint32Array,
  other: Uint32Array,
  limit: number,
  transposes: boolean,
): number {
  const { pattern, text } = trim(one, other);
  const [m, n] = [pattern.length, text.length];
  if (m === 0 || n - m > limit) return n;
  if (n > MOST_UNITS) {
    throw new LanewiseError('MEMORY_EXHAUSTED', `A text of ${n} units is too long. Compare parts of it.`, {
      expected: MOST_UNITS,
      got: n,
    });
  }
  const { kernels, memory } = runtime();
  const symbols = numberSymbols(pattern, text);
  const masksBytes = (transposes ? WORD_BYTES : BLOCK_BYTES) * (symbols + 1);
  const masks = memory.allocate(masksBytes + WORK_BYTES + 4 * (m + n) + n + PADDING);
  try {
    const work = masks + masksBytes;
    const patternAt = work + WORK_BYTES;
    const textAt = patternAt + 4 * m;
    const deltas = textAt + 4 * n;
    memory.u8.fill(0, masks, work);
    memory.u32.set(pattern, patternAt / 4);
    memory.u32.set(text, textAt / 4);
    const within = (most: number): number =>
      transposes
        ? kernels.transposedDistance(patternAt, m, textAt, n, most, masks, deltas)
        : kernels.blockDistance(patternAt, m, textAt, n, most, masks, deltas, work);
    return bandByBand(within, m, Math.min(limit, n));
  } finally {
    memory.free(masks);
  }
}

/** Texts that are alike are told in a narrow band, and texts that are not leave it within a few rows. */
function bandByBand(within: (limit: number) => number, m: number, limit: number): number {
  for (let band = NARROW_BAND; band < Math.min(limit, m / 4); band *= WIDER) {
    const distance = within(band);
    if (distance <= band) return distance;
  }
  return within(limit);
}

/** The shorter text is the pattern. */
function trim(one: Uint32Array, other: Uint32Array): Trimmed {
  const [pattern, text] = one.length <= other.length ? [one, other] : [other, one];
  let end = pattern.length;
  const excess = text.length - end;
  while (end > 0 && pattern[end - 1] === text[end - 1 + excess]) end--;
  let start = 0;
  while (start < end && pattern[start] === text[start]) start++;
  return { pattern: pattern.subarray(start, end), text: text.subarray(start, end + excess) };
}

/** Numbers the symbols of the pattern from 1 on, in place; those of the text that it lacks are 0. Returns how many it has. */
function numberSymbols(pattern: Uint32Array, text: Uint32Array): number {
  numbers ??= new Uint32Array(65_536);
  const others = new Map<number, number>();
  const found: number[] = [];
  const numberOf = (unit: number): number => (unit < 65_536 ? numbers![unit]! : (others.get(unit) ?? 0));
  for (let i = 0; i < pattern.length; i++) {
    const unit = pattern[i]!;
    let known = numberOf(unit);
    if (known === 0) {
      known = found.push(unit);
      if (unit < 65_536) numbers[unit] = known;
      else others.set(unit, known);
    }
    pattern[i] = known;
  }
  for (let i = 0; i < text.length; i++) text[i] = numberOf(text[i]!);
  for (const unit of found) if (unit < 65_536) numbers[unit] = 0;
  return found.length;
}
