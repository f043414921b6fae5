import { Arena } from '../host/arena.ts';
import { checkFinite } from './covariance.ts';
import type { Runtime } from './kernels.ts';
import { strideOf } from './range-finder.ts';

/** Bytes of rows that pass through linear memory at a time. */
const CHUNK_BYTES = 256 << 10;

/** rows x depth times depth x width, through linear memory chunk by chunk; `prepare` changes a copy of the rows. */
export function multiplyRows(
  { memory, kernels }: Runtime,
  values: Float32Array,
  depth: number,
  small: Float32Array,
  width: number,
  prepare: (chunk: Float32Array) => void,
): Float32Array {
  checkFinite(values, depth);
  const stride = strideOf(width);
  const rows = values.length / depth;
  const batch = Math.max(4, Math.floor(CHUNK_BYTES / (4 * depth)));
  const arena = new Arena(memory);
  const product = new Float32Array(rows * width);
  try {
    const factors = arena.allocate(4 * depth * stride);
    const from = arena.allocate(4 * batch * depth);
    const to = arena.allocate(4 * batch * stride);
    memory.f32.fill(0, factors / 4, factors / 4 + depth * stride);
    for (let i = 0; i < depth; i++) {
      memory.f32.set(small.subarray(i * width, (i + 1) * width), factors / 4 + i * stride);
    }
    for (let row = 0; row < rows; row += batch) {
      const count = Math.min(batch, rows - row);
      const chunk = memory.f32.subarray(from / 4, from / 4 + count * depth);
      chunk.set(values.subarray(row * depth, (row + count) * depth));
      prepare(chunk);
      kernels.multiplyDense(from, count, depth, factors, depth, stride, false, to);
      kernels.unpadRows(to, count, width, stride);
      product.set(memory.f32.subarray(to / 4, to / 4 + count * width), row * width);
    }
  } finally {
    arena.release();
  }
  return product;
}
