import { Arena } from '../../src/host/arena.ts';
import { rotationFactors } from '../../src/search/sketcher.ts';
import { runtime } from '../../src/vectors/kernels.ts';

/** The vector rotated by the kernel. */
export function rotate(vector: Float32Array, seed: number): Float32Array {
  const { kernels, memory } = runtime();
  const { length } = vector;
  const window = 2 ** Math.floor(Math.log2(length));
  const arena = new Arena(memory);
  try {
    const [at, factors, scratch] = [length, 4 * length, window].map((floats) =>
      arena.allocate(4 * floats),
    ) as [number, number, number];
    memory.f32.set(vector, at / 4);
    memory.f32.set(rotationFactors(length, window, seed), factors / 4);
    kernels.rotate(at, factors, length, window, scratch);
    return memory.f32.slice(at / 4, at / 4 + length);
  } finally {
    arena.release();
  }
}
