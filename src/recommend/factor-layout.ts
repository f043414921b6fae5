/** How many rows there are, and of what. */
export interface Extents {
  readonly userCount: number;
  readonly itemCount: number;
  readonly factors: number;
  readonly biases: boolean;
  /** What the width of a row is a multiple of, from 4 on. @default 4 */
  readonly lanes?: number;
}

/** What the width of a row of an ImplicitALS is a multiple of: a tile of its solver has as many columns. */
export const ALS_LANES = 8;

/** Floats of a row, and of all that is learned. */
export function layoutFactors({ userCount, itemCount, factors, biases, lanes = 4 }: Extents): {
  readonly width: number;
  readonly floats: number;
} {
  const width = lanes * Math.ceil(factors / lanes);
  return { width, floats: (userCount + itemCount) * (width + (biases ? 1 : 0)) };
}
