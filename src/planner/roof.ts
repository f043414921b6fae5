import { runtime } from '../vectors/kernels.ts';

/** What this machine reaches through WebAssembly, on one thread. */
export interface Roof {
  /** Reading memory in order, GB/s (1e9 bytes a second). */
  readonly streaming: number;
  /** float32 multiply and add in registers, GFLOP/s. */
  readonly float32: number;
  /** 8-bit multiply-adds in registers, GMAC/s; one is two operations. */
  readonly int8: number;
}

/** What is streamed, and for how long. */
export interface RoofOptions {
  /** Bytes to stream: as many as the job at hand reads, since caches answer faster than memory. @default 64 MiB */
  readonly bytes?: number;
}

export const FLOPS_A_ROUND = 64;
export const CODES_A_ROUND = 192;
const ROUNDS = 200_000;
const REPETITIONS = 9;

/**
 * Measures the machine's limits with kernels that do nothing else: what other kernels are held against. Takes a few
 * hundred milliseconds; medians of nine.
 *
 * @throws LanewiseError `MEMORY_EXHAUSTED`
 */
export function measureRoof({ bytes = 64 << 20 }: RoofOptions = {}): Roof {
  const { kernels, memory } = runtime();
  const length = Math.max(128, bytes - (bytes % 128));
  const block = memory.allocate(length);
  try {
    memory.u8.fill(1, block, block + length); // pages that were never written all map to one page of zeros
    // Engines compile a kernel well only after some calls.
    for (let i = 0; i < 2000; i++) {
      kernels.stream(block, 128);
      kernels.multiplyFloats(100, 0.999);
      kernels.multiplyCodes(100, 0x03030303);
    }
    return {
      streaming: length / medianMilliseconds(() => kernels.stream(block, length)) / 1e6,
      float32:
        (FLOPS_A_ROUND * ROUNDS) / medianMilliseconds(() => kernels.multiplyFloats(ROUNDS, 0.999)) / 1e6,
      int8:
        (CODES_A_ROUND * ROUNDS) / medianMilliseconds(() => kernels.multiplyCodes(ROUNDS, 0x03030303)) / 1e6,
    };
  } finally {
    memory.free(block);
  }
}

function medianMilliseconds(run: () => void): number {
  const times: number[] = [];
  for (let i = 0; i < REPETITIONS; i++) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[REPETITIONS >> 1]!;
}
