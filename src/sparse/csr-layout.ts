/** What eight entries at a time may read behind the last one: zeros. */
export const PADDING_BYTES = 32;
/** Of the kernels: masks, counts. */
const SCRATCH_BYTES = 132;
/** Below so many entries a row, what a processor loses where rows end outweighs them, and rows are taken in an order of length. */
const SHORT_ROW = 24;

/** The extents of a sparse matrix. */
export interface CsrShape {
  readonly rows: number;
  readonly columns: number;
  readonly nonzeros: number;
}

/** Bytes of the blocks of a matrix: where rows start, columns or values of its entries, what kernels count in, an order of rows. */
export interface CsrLayout {
  readonly indptr: number;
  readonly entries: number;
  readonly scratch: number;
  /** A byte a row, from the first product with a vector on; 0 where rows are taken as they come. */
  readonly order: number;
}

export function layoutCsr({ rows, nonzeros }: Pick<CsrShape, 'rows' | 'nonzeros'>): CsrLayout {
  return {
    indptr: 4 * (rows + 1),
    entries: 4 * nonzeros + PADDING_BYTES,
    scratch: SCRATCH_BYTES,
    order: nonzeros < SHORT_ROW * rows ? rows : 0,
  };
}

/** Floats that a row of `width` numbers is padded to for a product; a vector is not. */
export function productStride(width: number): number {
  return width === 1 ? 1 : 4 * Math.ceil(width / 4);
}

/** Bytes of an operand and of the result behind it, of so many floats each. */
export function layoutProduct(
  operand: number,
  result: number,
): { readonly result: number; readonly bytes: number } {
  const start = 16 * Math.ceil(operand / 4);
  return { result: start, bytes: start + 4 * result };
}
