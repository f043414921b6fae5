import { BLOCK_ROWS, type SegmentLayout } from './segment.ts';

/** Bytes of the sketch of one row, out of its block. */
export function sketchRowBytes({ sketchBytes }: Pick<SegmentLayout, 'sketchBytes'>): number {
  return sketchBytes / BLOCK_ROWS;
}

/** Where the bytes of a row's sketch stand, in order: its codes and its scale in columns of a block, its term behind. */
function* placesOf({ sketchBytes }: SegmentLayout, row: number): Generator<number> {
  const block = Math.floor(row / BLOCK_ROWS) * sketchBytes;
  const lane = row % BLOCK_ROWS;
  const terms = sketchBytes - 2 * BLOCK_ROWS;
  for (let column = 0; column < terms; column += BLOCK_ROWS) yield block + column + lane;
  yield block + terms + 2 * lane;
  yield block + terms + 2 * lane + 1;
}

/** Copies the sketches of rows from..from + count of a segment at `address` out of their blocks. */
export function readSketches(
  u8: Uint8Array,
  address: number,
  layout: SegmentLayout,
  from: number,
  target: Uint8Array,
): void {
  let at = 0;
  for (let row = from; at < target.length; row++) {
    for (const place of placesOf(layout, row)) target[at++] = u8[address + layout.sketches + place]!;
  }
}

/** Copies sketches into the blocks of a segment at `address`, from row `from` on. */
export function writeSketches(
  u8: Uint8Array,
  address: number,
  layout: SegmentLayout,
  from: number,
  source: Uint8Array,
): void {
  let at = 0;
  for (let row = from; at < source.length; row++) {
    for (const place of placesOf(layout, row)) u8[address + layout.sketches + place] = source[at++]!;
  }
}
