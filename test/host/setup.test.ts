import { describe, expect, test } from 'vitest';
import type { SetupOptions, Tier } from '../../src/host/kernels.ts';
import { freshKernels, kernelBytes } from './fresh-kernels.ts';

const TIER = process.env['LANEWISE_TIER'] as Tier;

/** XXH64 of no bytes, seed 0, as its reference implementation publishes it: shows that the kernels run. */
const HASH_OF_NOTHING = 0xef46db3751d8e999n;

async function hashNothing(options: SetupOptions): Promise<bigint> {
  const { setup, runtime } = await freshKernels();
  setup(options);
  const { kernels, memory } = runtime();
  const state = memory.allocate(48);
  kernels.startHash(state, 0n);
  return BigInt.asUintN(64, kernels.finishHash(state, 0, 0));
}

describe('setup', () => {
  test('chooses the tier', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ tier: TIER });
    expect(runtime().tier).toBe(TIER);
  });

  test('overrides an earlier setup as a whole', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ maximumBytes: 1 << 20 });
    setup({ tier: TIER, maximumBytes: 2 << 20 });
    expect(runtime().memory.statistics.maximumBytes).toBe(2 << 20);
  });

  test('takes kernels compiled beforehand', async () => {
    const module = new WebAssembly.Module(kernelBytes(TIER));
    expect(await hashNothing({ module, tier: TIER })).toBe(HASH_OF_NOTHING);
  });

  test('takes bytes as a view or as a buffer', async () => {
    const padded = new Uint8Array([0, 0, 0, ...kernelBytes(TIER)]).subarray(3);
    expect(await hashNothing({ bytes: padded, tier: TIER })).toBe(HASH_OF_NOTHING);
    expect(await hashNothing({ bytes: kernelBytes(TIER).buffer, tier: TIER })).toBe(HASH_OF_NOTHING);
  });

  test('takes given kernels for simd ones unless it is told otherwise', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ bytes: kernelBytes('simd') });
    expect(runtime().tier).toBe('simd');
  });

  test('limits linear memory, in whole pages', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ maximumBytes: 3 * 65_536 + 1 });
    const { memory } = runtime();
    expect(memory.statistics.maximumBytes).toBe(3 * 65_536);
    expect(() => memory.allocate(3 * 65_536)).toThrow(expect.objectContaining({ code: 'MEMORY_EXHAUSTED' }));
  });
});

describe('setup refuses', () => {
  test('an unknown tier', async () => {
    const { setup } = await freshKernels();
    expect(() => setup({ tier: 'avx' as Tier })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', expected: ['relaxed', 'simd'], got: 'avx' }),
    );
  });

  test.each([0, 65_535, 4 * 2 ** 30 + 1, -1, Number.NaN, '1' as never])(
    'a limit of %s bytes',
    async (maximumBytes) => {
      const { setup } = await freshKernels();
      expect(() => setup({ maximumBytes })).toThrow(
        expect.objectContaining({
          code: 'INVALID_ARGUMENT',
          expected: [65_536, 4 * 2 ** 30],
          got: maximumBytes,
        }),
      );
    },
  );

  test('what it is given without forgetting what it was given before', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ maximumBytes: 1 << 20 });
    expect(() => setup({ maximumBytes: 1 })).toThrow();
    expect(runtime().memory.statistics.maximumBytes).toBe(1 << 20);
  });

  test('to come too late, after init() as after the first use', async () => {
    for (const load of ['init', 'runtime'] as const) {
      const module = await freshKernels();
      await module[load]();
      expect(() => module.setup({})).toThrow(expect.objectContaining({ code: 'ALREADY_INITIALIZED' }));
    }
  });
});
