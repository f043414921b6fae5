import { checkInteger } from '../vectors/input.ts';
import { toValues, type ValueInput } from './csr-input.ts';
import type { CsrStore } from './csr-store.ts';

/** So that the bytes of a dense row are 32 bits. */
const MOST_COLUMNS = 2 ** 28;

/**
 * Products of a matrix with arrays of JavaScript. The room that they take in linear memory is kept for the next one; the
 * store's arena owns it.
 */
export class CsrProducts {
  readonly #store: CsrStore;
  #room = 0;

  constructor(store: CsrStore) {
    this.#store = store;
  }

  /** Bytes that are kept. */
  get bytes(): number {
    return this.#room && this.#store.runtime.memory.sizeOf(this.#room);
  }

  multiply(x: ValueInput, out?: Float32Array): Float32Array {
    const { rows, columns } = this.#store;
    const floats = toValues('x', x, columns, 'one number a column');
    return this.#run(floats, rows, checkOut(out, rows), (from, to) => this.#store.multiply(from, to));
  }

  multiplyTransposed(x: ValueInput, out?: Float32Array): Float32Array {
    const { rows, columns } = this.#store;
    const floats = toValues('x', x, rows, 'one number a row');
    return this.#run(floats, columns, checkOut(out, columns), (from, to) =>
      this.#store.multiplyTransposed(from, to),
    );
  }

  multiplyMatrix(x: ValueInput, width: number, out?: Float32Array): Float32Array {
    const { rows, columns, runtime } = this.#store;
    checkInteger('columns', width, 0, MOST_COLUMNS);
    const floats = toValues('X', x, columns * width, `${width} numbers for each of the ${columns} columns`);
    checkOut(out, rows * width);
    if (width === 1) return this.multiply(floats, out);
    const stride = 4 * Math.ceil(width / 4);
    const isPadded = stride > width;
    const multiply = (from: number, to: number): void => {
      if (isPadded) runtime.kernels.padRows(from, columns, width, stride);
      this.#store.multiplyDense(from, to, stride);
      if (isPadded) runtime.kernels.unpadRows(to, rows, width, stride);
    };
    return this.#run(floats, rows * width, out, multiply, columns * stride, rows * stride);
  }

  /** Copies the operand in, runs, and copies the result out. The room may hold more floats than they have. */
  #run(
    operand: Float32Array,
    length: number,
    out: Float32Array | undefined,
    run: (from: number, to: number) => void,
    operandRoom: number = operand.length,
    resultRoom: number = length,
  ): Float32Array {
    const operandBytes = 16 * Math.ceil(operandRoom / 4);
    const from = this.#reserve(operandBytes + 4 * resultRoom);
    const to = from + operandBytes;
    const { memory } = this.#store.runtime;
    memory.f32.set(operand, from / 4);
    run(from, to);
    const { f32 } = memory;
    if (!out) return f32.slice(to / 4, to / 4 + length);
    out.set(f32.subarray(to / 4, to / 4 + length));
    return out;
  }

  #reserve(bytes: number): number {
    if (this.#room && this.bytes >= bytes) return this.#room;
    const { arena } = this.#store;
    if (this.#room) arena.free(this.#room);
    this.#room = 0;
    this.#room = arena.allocate(bytes);
    return this.#room;
  }
}

function checkOut(out: Float32Array | undefined, length: number): Float32Array | undefined {
  return out && toValues('out', out, length, 'one number for each of the result');
}
