// A segment: a fixed number of rows in linear memory, and everything known about them. The host allocates it and fills
// in the descriptor; the kernels only walk it.
//
//   descriptor (u32 each)        array
//   +0   rows           ->  f32  rowsPerSegment x stride, row-major, padded with zeros to 16 bytes; 0 if only sketches are kept
//   +4   norms          ->  f32  Euclidean norm of the row; 0 likewise
//   +8   ids            ->  i32  the user's id; -1 is a tombstone
//   +12  plane of 8-bit codes
//   +28  plane of 4-bit codes
//   +44  count               rows in use
//   +48  next                the next segment of the same cell, or 0
//   +52  sketches       ->  u8   blocks of 16 rows, drawn in assembly/sketch.ts; 0 where the segment keeps none
//   +56  sketchBytes         bytes of such a block
//
//   plane                        array, one entry a row, but for the blocks; all 0 where the segment keeps no such plane
//   +0   blocks         ->  i8   blocks of 16 rows, drawn below
//   +4   scales         ->  f32  value of one step of the products: a code, or 1/16 of a nibble
//   +8   errors         ->  f32  upper bound of the norm of what the codes miss of the row
//   +12  corrections    ->  i32  -64 x the sum of the row's codes (of b + 16*l for nibbles): the query's are 64 too high
//
// A block interleaves 16 rows four bytes at a time, so that one 128-bit load holds the same dimensions of four rows,
// a lane is a row, and no sum ever runs across lanes:
//
//   group 0: row 0 [b b b b] row 1 [b b b b] ... row 15 [b b b b]   64 bytes, one cache line
//   group 1: row 0 [b b b b] ...
//
// A group is 4 dimensions of codes, or 8 dimensions of nibbles (byte j: dimension j above, dimension 4 + j below).

/** Rows in a block of interleaved codes. */
export const BLOCK: u32 = 16;
/** Bytes of one group of a block: 16 rows x 4 bytes. */
export const GROUP_BYTES: u32 = 64;

export function rowsOf(segment: usize): usize {
  return load<usize>(segment);
}

export function normsOf(segment: usize): usize {
  return load<usize>(segment, 4);
}

export function idsOf(segment: usize): usize {
  return load<usize>(segment, 8);
}

/** The plane of 8-bit codes. */
export function codesOf(segment: usize): usize {
  return segment + 12;
}

/** The plane of 4-bit codes. */
export function nibblesOf(segment: usize): usize {
  return segment + 28;
}

export function countOf(segment: usize): u32 {
  return load<u32>(segment, 44);
}

/** The next segment of the same cell, or 0. */
export function nextOf(segment: usize): usize {
  return load<usize>(segment, 48);
}

export function blocksOf(plane: usize): usize {
  return load<usize>(plane);
}

export function scalesOf(plane: usize): usize {
  return load<usize>(plane, 4);
}

export function errorsOf(plane: usize): usize {
  return load<usize>(plane, 8);
}

export function correctionsOf(plane: usize): usize {
  return load<usize>(plane, 12);
}

/** The sketches of the rows. */
export function sketchesOf(segment: usize): usize {
  return load<usize>(segment, 52);
}
