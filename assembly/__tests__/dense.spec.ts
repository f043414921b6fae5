import { multiplyDense } from '../dense';
import { addGram } from '../gram';
import { guarded, isGuarded, random, seed } from './fixtures';

const STRIDE: u32 = 12; // a pair of four columns, and four alone
const GRAM_BYTES: usize = 8 * <usize>STRIDE * STRIDE;

/** Integers -4..4, rows x columns: products and sums of them are exact. */
function drawn(rows: u32, columns: u32): usize {
  const values = guarded((rows * columns) << 2, 0);
  for (let i: u32 = 0; i < rows * columns; i++) store<f32>(values + (i << 2), <f32>(<i32>random(9) - 4));
  return values;
}

function float(values: usize, stride: u32, row: u32, column: u32): f32 {
  return load<f32>(values + ((row * stride + column) << 2));
}

function double(values: usize, row: u32, column: u32): f64 {
  return load<f64>(values + ((row * STRIDE + column) << 3));
}

/** Sums of products of the columns i and j, each less its mean. */
function together(x: usize, rows: u32, i: u32, j: u32, meanI: f64, meanJ: f64): f64 {
  let sum: f64 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    sum += (<f64>float(x, STRIDE, row, i) - meanI) * (<f64>float(x, STRIDE, row, j) - meanJ);
  }
  return sum;
}

describe('a product with a small matrix', () => {
  it('is that of every row and column, whatever tile they fall into', () => {
    seed(3);
    const depth: u32 = 5;
    for (let rows: u32 = 0; rows < 10; rows++) {
      const x = drawn(rows, depth + 2); // a stride beyond the depth
      const m = drawn(depth, STRIDE);
      const y = guarded((rows * STRIDE) << 2, 0xff);
      multiplyDense(x, rows, depth + 2, m, depth, STRIDE, false, y);
      for (let row: u32 = 0; row < rows; row++) {
        for (let column: u32 = 0; column < STRIDE; column++) {
          let sum: f32 = 0;
          for (let k: u32 = 0; k < depth; k++)
            sum += float(x, depth + 2, row, k) * float(m, STRIDE, k, column);
          expect<f32>(float(y, STRIDE, row, column)).toBe(sum);
        }
      }
      expect<bool>(isGuarded(y, (rows * STRIDE) << 2)).toBe(true);
    }
  });

  it('passes over the zeros of an upper triangle, and gives the same', () => {
    seed(4);
    const m = drawn(STRIDE, STRIDE);
    for (let row: u32 = 0; row < STRIDE; row++) {
      for (let column: u32 = 0; column < row; column++) store<f32>(m + ((row * STRIDE + column) << 2), 0);
    }
    const x = drawn(7, STRIDE);
    const whole = guarded((7 * STRIDE) << 2, 0);
    const upper = guarded((7 * STRIDE) << 2, 0xff);
    multiplyDense(x, 7, STRIDE, m, STRIDE, STRIDE, false, whole);
    multiplyDense(x, 7, STRIDE, m, STRIDE, STRIDE, true, upper);
    expect<i32>(memory.compare(whole, upper, (7 * STRIDE) << 2)).toBe(0);
  });
});

describe('a Gram matrix', () => {
  it('takes up every row in its tiles on and above the diagonal, and leaves those below', () => {
    seed(5);
    const scratch = guarded(256 * STRIDE, 0xff);
    const gram = guarded(GRAM_BYTES, 0);
    for (let i: u32 = 0; i < STRIDE * STRIDE; i++) store<f64>(gram + (i << 3), 7);
    const rows: u32 = 70; // widened 32 at a time
    const x = drawn(rows, STRIDE);
    addGram(x, rows, STRIDE, 0, scratch, gram);
    for (let i: u32 = 0; i < STRIDE; i++) {
      for (let j: u32 = 0; j < STRIDE; j++) {
        const added = j >> 2 >= i >> 2 ? together(x, rows, i, j, 0, 0) : 0;
        expect<f64>(double(gram, i, j)).toBe(7 + added);
      }
    }
    expect<bool>(isGuarded(gram, GRAM_BYTES) && isGuarded(scratch, 256 * STRIDE)).toBe(true);
  });

  it('takes a mean from every row', () => {
    seed(6);
    const means = guarded(STRIDE << 3, 0);
    for (let i: u32 = 0; i < STRIDE; i++) store<f64>(means + (i << 3), <f64>i / 4);
    const gram = guarded(GRAM_BYTES, 0);
    const x = drawn(33, STRIDE);
    addGram(x, 33, STRIDE, means, guarded(256 * STRIDE, 0), gram);
    for (let i: u32 = 0; i < STRIDE; i++) {
      for (let j = i; j < STRIDE; j++) {
        expect<f64>(double(gram, i, j)).toBe(together(x, 33, i, j, <f64>i / 4, <f64>j / 4));
      }
    }
  });
});
