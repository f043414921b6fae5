import { vi } from 'vitest';
import type { Memory } from '../../src/host/memory.ts';

/** The package as it is before anything was loaded, with little memory; its errors are matched by code. */
export interface ScarcePackage {
  readonly lanewise: typeof import('lanewise');
  readonly memory: Memory;
}

export async function loadWithMemory(maximumBytes: number): Promise<ScarcePackage> {
  vi.resetModules();
  const lanewise = await import('lanewise');
  lanewise.setup({ tier: process.env['LANEWISE_TIER'] as 'simd', maximumBytes });
  await lanewise.init();
  const { runtime } = await import('../../src/vectors/kernels.ts');
  return { lanewise, memory: runtime().memory };
}

/**
 * Runs `call` with less and less memory left, until nothing is: at first with a little less than it takes at its peak,
 * so that its last block finds no room, and then the blocks before it. Tells `check` what it threw; returns how often.
 */
export async function starve(
  { memory }: ScarcePackage,
  call: () => unknown,
  check: (error: unknown) => void,
): Promise<number> {
  const { maximumBytes, bytesInUse } = memory.statistics;
  // The peak: the least that must be left for the call to go through, found by halving.
  const fails = async (left: number): Promise<unknown> => {
    const filler: number[] = [];
    for (let size = 1 << 22; size >= 64; size >>= 1) {
      while (memory.statistics.bytesInUse + size <= maximumBytes - 1024 - left) {
        try {
          filler.push(memory.allocate(size));
        } catch {
          break;
        }
      }
    }
    try {
      await call();
      return undefined;
    } catch (error) {
      return error;
    } finally {
      for (const address of filler) memory.free(address);
    }
  };
  let [least, most] = [0, maximumBytes - 1024 - bytesInUse];
  while (most - least > 64) {
    const middle = Math.floor((least + most) / 128) * 64;
    if ((await fails(middle)) === undefined) most = middle;
    else least = middle;
  }
  let calls = 0;
  for (let lack = 64; lack < most; lack *= 1.5) {
    const error = await fails(most - lack);
    // A call may find the room that the one before it left it.
    if (error === undefined) continue;
    check(error);
    calls++;
  }
  return calls;
}
