import { checkNumber } from '../../vectors/input.ts';
import { checkCount, checkQuantity, finite } from '../quantity.ts';
import { bytesOf, type NumberFormat } from './number-format.ts';
import type { Traffic } from './roofs.ts';

/** How numbers are held. */
interface Numbers {
  /** @default 'float16' */
  readonly dtype?: NumberFormat;
}

/** An operation's work, and its FLOP a byte. */
export interface OperationTraffic extends Traffic {
  readonly intensity: number;
}

/** C = A B: A is m x k, B is k x n. */
export interface RooflineMatmul extends Numbers {
  readonly m: number;
  readonly k: number;
  readonly n: number;
}

/** A x: A is rows x columns. */
export interface RooflineMatvec extends Numbers {
  readonly rows: number;
  readonly columns: number;
}

/** Two vectors. */
export interface RooflineDot extends Numbers {
  readonly dimensions: number;
}

/** Arrays of the same length, element by element. */
export interface RooflineElementwise extends Numbers {
  readonly elements: number;
  /** Arrays that are read. @default 1 */
  readonly operands?: number;
  /** FLOPs an element. @default 1 */
  readonly flopsPerElement?: number;
}

/** Rows that are normalized each. */
export interface RooflineSoftmax extends Numbers {
  readonly rows: number;
  readonly columns: number;
}

/** Scaled dot-product attention. */
export interface RooflineAttention extends Numbers {
  readonly heads: number;
  /** Queries, and keys where `keys` is not given. */
  readonly tokens: number;
  /** @default tokens */
  readonly keys?: number;
  readonly headDimensions: number;
  /** @default 1 */
  readonly batch?: number;
  /**
   * Bytes of on-chip memory of the unit that works on one head: given, scores never leave it, as FlashAttention
   * has it; else they are written and read once.
   */
  readonly fast?: number;
}

/** Rows that are fetched from a table. */
export interface RooflineEmbedding extends Numbers {
  /** How many are looked up. */
  readonly rows: number;
  readonly dimensions: number;
  /** Of an id. @default 4 */
  readonly idBytes?: number;
}

/**
 * Every function here counts the compulsory traffic (Hill and Smith, "Evaluating Associativity in CPU Caches", 1989):
 * operands are read once and results written once, as with caches that hold them all. Real kernels move no less.
 */
function traffic(
  flops: number,
  elements: number,
  dtype: NumberFormat | undefined,
  rest = 0,
): OperationTraffic {
  const bytes = finite('bytes', bytesOf(elements, dtype) + rest);
  finite('flops', flops);
  return { flops, bytes, intensity: flops / bytes };
}

/**
 * Matrix times matrix: 2mkn FLOPs; mk + kn + mn numbers, in bytes. Source: Golub and Van Loan, section 1.1.15; arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example roofline.matmul({ m: 4096, k: 4096, n: 4096 }).intensity; // 2 * 4096^3 / (3 * 4096^2 * 2 bytes) = 1365.33
 */
export function matmul(shape: RooflineMatmul): OperationTraffic {
  const m = checkCount('m', shape?.m);
  const k = checkCount('k', shape.k);
  const n = checkCount('n', shape.n);
  return traffic(2 * m * k * n, m * k + k * n + m * n, shape.dtype);
}

/**
 * Matrix times vector: 2 rows columns FLOPs; the matrix, the vector and the result, in bytes. Source: Golub and Van Loan,
 * section 1.1.15; arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function matvec(shape: RooflineMatvec): OperationTraffic {
  const rows = checkCount('rows', shape?.rows);
  const columns = checkCount('columns', shape.columns);
  return traffic(2 * rows * columns, rows * columns + columns + rows, shape.dtype);
}

/**
 * Inner product: 2d FLOPs; two vectors and one number, in bytes. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function dot(shape: RooflineDot): OperationTraffic {
  const dimensions = checkCount('dimensions', shape?.dimensions);
  return traffic(2 * dimensions, 2 * dimensions + 1, shape.dtype);
}

/**
 * Element by element: a ReLU, a bias, a product of arrays. `flopsPerElement` FLOPs an element; every operand is read, and
 * one array written, in bytes. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example roofline.elementwise({ elements: 1024 * 4096 }).intensity; // a ReLU: 1 / (2 numbers of 2 bytes) = .25
 */
export function elementwise(shape: RooflineElementwise): OperationTraffic {
  const elements = checkCount('elements', shape?.elements);
  const operands = checkCount('operands', shape.operands ?? 1, 0);
  const flops = checkQuantity('flopsPerElement', shape.flopsPerElement ?? 1);
  return traffic(flops * elements, (operands + 1) * elements, shape.dtype);
}

/**
 * Softmax of rows, by five FLOPs an element (maximum, subtraction, exponential counted as one, sum, division); read
 * once and written once, in bytes, which takes rows that fit on the chip. Source: arithmetic of the stable form (Goodfellow, Bengio and
 * Courville, Deep Learning, section 4.1).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function softmax(shape: RooflineSoftmax): OperationTraffic {
  const elements = checkCount('rows', shape?.rows) * checkCount('columns', shape.columns);
  return traffic(5 * elements, 2 * elements, shape.dtype);
}

/**
 * Attention: 4 n k d FLOPs a head (scores 2nkd, values 2nkd; the softmax's 5nk are left out, as textbooks do). Without
 * `fast`, queries, keys, values and result are moved once, and scores written and read once: 2nd + 2kd + 2nk numbers a head.
 * With it, blocks of `fast / 4d` keys are kept there and all queries and results stream by for each: 2kd +
 * ceil(k / (fast / 4d)) (3nd + 4n) numbers, the n^2 d^2 / M of Dao and others, "FlashAttention" (2022), algorithm 1.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, also for a `fast` that does not hold 4d numbers; `OVERFLOW`
 */
export function attention(shape: RooflineAttention): OperationTraffic {
  const heads = checkCount('heads', shape?.heads) * checkCount('batch', shape.batch ?? 1);
  const n = checkCount('tokens', shape.tokens);
  const keys = checkCount('keys', shape.keys ?? n);
  const d = checkCount('headDimensions', shape.headDimensions);
  let numbers = 2 * n * d + 2 * keys * d + 2 * n * keys;
  if (shape.fast !== undefined) {
    const row = bytesOf(4 * d, shape.dtype);
    const block = Math.floor(checkNumber('fast', shape.fast, row, Number.MAX_VALUE) / row);
    numbers = 2 * keys * d + Math.ceil(keys / block) * (3 * n * d + 4 * n);
  }
  return traffic(heads * 4 * n * keys * d, heads * numbers, shape.dtype);
}

/**
 * Rows fetched from a table: no FLOPs; ids and rows are read, and rows written. The table itself is not: duplicates aside,
 * nothing else of it is touched. In bytes; source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function embedding(shape: RooflineEmbedding): OperationTraffic {
  const rows = checkCount('rows', shape?.rows);
  const dimensions = checkCount('dimensions', shape.dimensions);
  return traffic(0, 2 * rows * dimensions, shape.dtype, rows * checkCount('idBytes', shape.idBytes ?? 4, 0));
}
