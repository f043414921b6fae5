import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import type { Runtime } from './kernels.ts';
import { strideOf } from './range-finder.ts';

/** Floating-point operations between two looks at the clock: a few milliseconds. */
const PIECE_OPERATIONS = 2e7;

/** Means in float64, and the sums of products of what differs from them: dimensions x dimensions, upper half. */
export function* sumCovariance(
  runtime: Runtime,
  values: Float32Array,
  dimensions: number,
): Generator<Progress, { means: Float64Array; gram: Float64Array }> {
  const { memory, kernels } = runtime;
  const stride = strideOf(dimensions);
  const rows = values.length / dimensions;
  const arena = new Arena(memory);
  try {
    const means = new Float64Array(dimensions);
    const pieceRows = Math.ceil(PIECE_OPERATIONS / 10 / dimensions);
    for (let row = 0; row < rows; ) {
      const end = Math.min(rows, row + pieceRows);
      addRows(values.subarray(row * dimensions, end * dimensions), means);
      row = end;
      yield { done: row, total: 4 * rows };
    }
    for (let i = 0; i < dimensions; i++) {
      if (!Number.isFinite(means[i]!)) checkFinite(values, dimensions);
      means[i]! /= rows;
    }
    const gram = arena.allocate(8 * stride * stride);
    const centre = arena.allocate(8 * stride);
    const widened = arena.allocate(256 * stride);
    const batch = 32 * Math.max(1, Math.floor(PIECE_OPERATIONS / (32 * stride * stride)));
    const chunk = arena.allocate(4 * stride * batch);
    memory.u8.fill(0, gram, gram + 8 * stride * stride);
    new Float64Array(memory.wasm.buffer, centre, stride).fill(0).set(means);
    for (let row = 0; row < rows; row += batch) {
      const count = Math.min(batch, rows - row);
      const { f32 } = memory;
      for (let i = 0; i < count; i++) {
        const start = (row + i) * dimensions;
        const to = chunk / 4 + i * stride;
        f32.set(values.subarray(start, start + dimensions), to);
        f32.fill(0, to + dimensions, to + stride);
      }
      kernels.addGram(chunk, count, stride, centre, widened, gram);
      yield { done: rows + 3 * row, total: 4 * rows };
    }
    const sums = new Float64Array(memory.wasm.buffer, gram, stride * stride);
    const packed = new Float64Array(dimensions * dimensions);
    for (let i = 0; i < dimensions; i++) {
      packed.set(sums.subarray(i * stride, i * stride + dimensions), i * dimensions);
    }
    return { means, gram: packed };
  } finally {
    arena.release();
  }
}

function addRows(values: Float32Array, sums: Float64Array): void {
  for (let at = 0; at < values.length; ) {
    for (let j = 0; j < sums.length; j++) sums[j]! += values[at++]!;
  }
}

/** @throws LanewiseError `INVALID_VALUE` naming the first row that holds NaN or an infinity */
export function checkFinite(values: Float32Array, dimensions: number): void {
  for (let at = 0; at < values.length; at++) {
    if (Number.isFinite(values[at]!)) continue;
    const row = Math.floor(at / dimensions);
    throw new LanewiseError('INVALID_VALUE', `Row ${row} holds ${values[at]}; finite numbers are accepted.`, {
      got: values[at],
    });
  }
}
