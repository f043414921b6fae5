import { checkInteger } from '../vectors/input.ts';
import { checkOut, toValues, type ValueInput } from './csr-input.ts';
import { layoutProduct, productStride } from './csr-layout.ts';
import type { CsrStore } from './csr-store.ts';

/** So that the bytes of a dense row are 32 bits. */
const MOST_COLUMNS = 2 ** 28;

/** @throws what `CsrMatrix.multiply` throws */
export function multiply(store: CsrStore, x: ValueInput, out?: Float32Array): Float32Array {
  const { rows, columns } = store;
  const floats = toValues('x', x, columns, 'one number a column');
  return run(store, floats, rows, out, (from, to) => store.multiply(from, to));
}

/** @throws what `CsrMatrix.multiplyTransposed` throws */
export function multiplyTransposed(store: CsrStore, x: ValueInput, out?: Float32Array): Float32Array {
  const { rows, columns } = store;
  const floats = toValues('x', x, rows, 'one number a row');
  return run(store, floats, columns, out, (from, to) => store.multiplyTransposed(from, to));
}

/** @throws what `CsrMatrix.multiplyMatrix` throws */
export function multiplyMatrix(
  store: CsrStore,
  x: ValueInput,
  width: number,
  out?: Float32Array,
): Float32Array {
  const { rows, columns, runtime } = store;
  checkInteger('columns', width, 0, MOST_COLUMNS);
  const floats = toValues('X', x, columns * width, `${columns} rows of ${width} numbers`);
  if (width === 1) return multiply(store, floats, out);
  const stride = productStride(width);
  const isPadded = stride > width;
  const product = (from: number, to: number): void => {
    if (isPadded) runtime.kernels.padRows(from, columns, width, stride);
    store.multiplyDense(from, to, stride);
    if (isPadded) runtime.kernels.unpadRows(to, rows, width, stride);
  };
  return run(store, floats, rows * width, out, product, [columns * stride, rows * stride]);
}

/** Copies the operand in, runs, and copies the result out. `room`: floats that each may take on the way. */
function run(
  store: CsrStore,
  operand: Float32Array,
  length: number,
  out: Float32Array | undefined,
  product: (from: number, to: number) => void,
  [operandRoom, resultRoom]: readonly [number, number] = [operand.length, length],
): Float32Array {
  if (out) checkOut(out, length);
  const layout = layoutProduct(operandRoom, resultRoom);
  const from = store.reserve(layout.bytes);
  const to = from + layout.result;
  const { memory } = store.runtime;
  memory.f32.set(operand, from / 4);
  product(from, to); // which may allocate
  const result = memory.f32.subarray(to / 4, to / 4 + length);
  if (!out) return result.slice();
  out.set(result);
  return out;
}
