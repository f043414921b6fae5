import { codebookBytes } from '../cluster/codebook-layout.ts';

/** How rows are sketched: 4-bit product codes, or the signs of the rotated row. */
export type SketchKind = 'pq4' | 'bits';

/** What the size of a sketch follows from. */
export interface SketchExtent {
  readonly kind: SketchKind;
  readonly dimensions: number;
  /** Dimensions of a sub-vector of `pq4`. @default 2 */
  readonly width?: number;
}

/** Centroids of a part of a row, and dimensions of which one code holds the signs. */
export const CENTROIDS = 16;
export const SIGNS = 4;
/** Rounds of the rotation. */
export const ROUNDS = 4;
const TAIL_BYTES = 48;
const DESCRIPTOR_BYTES = 64;

/** What makes the sketches of rows, in bytes of linear memory. */
export interface SketcherLayout {
  /** Dimensions of a part of a row, and parts; even. */
  readonly width: number;
  readonly subvectors: number;
  /** Dimensions that the parts cover, and the largest power of two of them. */
  readonly space: number;
  readonly window: number;
  /** Bytes of a row on its way. */
  readonly spaceBytes: number;
  readonly descriptorBytes: number;
  readonly codebookBytes: number;
  /** Of the rotation of `bits`; 0 for `pq4`. */
  readonly factorBytes: number;
  readonly scratchBytes: number;
  /** Bytes of the sketches of 16 rows. */
  readonly blockBytes: number;
}

export function layoutSketcher({ kind, dimensions, width: wanted = 2 }: SketchExtent): SketcherLayout {
  const isBits = kind === 'bits';
  const width = isBits ? SIGNS : wanted;
  const subvectors = 2 * Math.ceil(dimensions / (2 * width));
  const space = subvectors * width;
  const spaceBytes = 16 * Math.max(Math.ceil(dimensions / 4), Math.ceil(space / 4));
  return {
    width,
    subvectors,
    space,
    window: 2 ** Math.floor(Math.log2(space)),
    spaceBytes,
    descriptorBytes: DESCRIPTOR_BYTES,
    // Every part of a row has the same codebook of signs.
    codebookBytes: codebookBytes({ subvectors: isBits ? 1 : subvectors, width, centroids: CENTROIDS }),
    factorBytes: isBits ? 4 * ROUNDS * space : 0,
    scratchBytes: 3 * spaceBytes + 4 * CENTROIDS * subvectors,
    blockBytes: 8 * subvectors + TAIL_BYTES,
  };
}
