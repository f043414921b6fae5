import { afterEach, describe, expect, test, vi } from 'vitest';
import { freshKernels } from './fresh-kernels.ts';

const PAGE = 65_536;
const RealMemory = WebAssembly.Memory;

afterEach(() => void vi.restoreAllMocks());

/** A device that reserves no more than `pages` pages of addresses; returns the maxima that it was asked for. */
function reservesUpTo(pages: number): number[] {
  const asked: number[] = [];
  function reserve(descriptor: WebAssembly.MemoryDescriptor): WebAssembly.Memory {
    // What unpacks the kernels works in a few pages of its own, without a limit.
    if (descriptor.maximum === undefined) return new RealMemory(descriptor);
    asked.push(descriptor.maximum);
    if (descriptor.maximum > pages) throw new RangeError('could not allocate memory');
    return new RealMemory(descriptor);
  }
  vi.spyOn(WebAssembly, 'Memory').mockImplementation(reserve as never);
  return asked;
}

describe('linear memory', () => {
  test('may grow to 4 GiB and starts with a page', async () => {
    const { runtime } = await freshKernels();
    expect(runtime().memory.statistics).toEqual({
      bytesInUse: 0,
      highWaterMark: 0,
      bytesReserved: PAGE,
      maximumBytes: 4 * 2 ** 30,
    });
  });

  test('is limited to half as much until the device agrees', async () => {
    const { runtime } = await freshKernels();
    const asked = reservesUpTo(20_000);
    const { memory } = runtime();
    expect(asked).toEqual([65_536, 32_768, 16_384]);
    expect(memory.statistics.maximumBytes).toBe(16_384 * PAGE);
  });

  test('is asked for below the limit that setup() was given', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ maximumBytes: 12 * PAGE });
    const asked = reservesUpTo(3);
    runtime();
    expect(asked).toEqual([12, 6, 3]);
  });

  test('is exhausted where not a page is granted', async () => {
    const { runtime } = await freshKernels();
    const asked = reservesUpTo(0);
    expect(runtime).toThrow(
      expect.objectContaining({ code: 'MEMORY_EXHAUSTED', cause: expect.any(RangeError) }),
    );
    expect(asked.at(-1)).toBe(1);
  });
});
