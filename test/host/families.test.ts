import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Tier } from '../../src/host/kernels/sources.ts';
import type { SetupOptions } from '../../src/host/kernels.ts';
import { kernelBytes } from './fresh-kernels.ts';

/** XXH64 of no bytes, seed 0, as its reference implementation publishes it: shows that the kernels run. */
const HASH_OF_NOTHING = 0xef46db3751d8e999n;

/** Both families as they are before anything was loaded. */
async function freshFamilies() {
  vi.resetModules();
  const [{ setup }, search, sparse] = await Promise.all([
    import('../../src/host/kernels.ts'),
    import('../../src/vectors/kernels.ts'),
    import('../../src/sparse/kernels.ts'),
  ]);
  return { setup, search, sparse };
}

/** What both families hash in their memory, which is one. */
async function hashesAfter(options: SetupOptions): Promise<bigint[]> {
  const { setup, search, sparse } = await freshFamilies();
  setup(options);
  expect(sparse.runtime().memory).toBe(search.runtime().memory);
  return [search, sparse].map(({ runtime }) => {
    const { kernels, memory } = runtime();
    const state = memory.allocate(48);
    kernels.startHash(state, 0n);
    return BigInt.asUintN(64, kernels.finishHash(state, 0, 0));
  });
}

afterEach(() => vi.restoreAllMocks());

describe('the kernels of search and those of sparse matrices and text', () => {
  test.each<Tier>(['simd', 'relaxed'])(
    'come both from a file of the package that setup() is given: %s',
    async (tier) => {
      const bytes = kernelBytes(tier);
      const both = [HASH_OF_NOTHING, HASH_OF_NOTHING];
      expect(await hashesAfter({ bytes, tier })).toEqual(both);
      expect(await hashesAfter({ module: new WebAssembly.Module(bytes), tier })).toEqual(both);
      expect(await hashesAfter({ tier })).toEqual(both);
    },
  );

  test.each([{}, { tier: 'relaxed' as const }])(
    'differ in tier, where those of sparse matrices come in one: %o',
    async (options) => {
      const { setup, search, sparse } = await freshFamilies();
      setup(options);
      await Promise.all([sparse.init(), search.init(), sparse.init()]);
      expect([search.capabilities().tier, sparse.capabilities().tier]).toEqual(['relaxed', 'simd']);
      expect(search.capabilities().memory).toEqual(sparse.capabilities().memory);
    },
  );

  test('are chosen before either is loaded, or not at all', async () => {
    const { setup, sparse } = await freshFamilies();
    await sparse.init();
    expect(() => setup({})).toThrow(expect.objectContaining({ code: 'ALREADY_INITIALIZED' }));
  });
});

test.each([
  ['sparse', '../../src/sparse/kernels.ts'],
  ['text', '../../src/sparse/kernels.ts'],
  ['recommend', '../../src/recommend/kernels.ts'],
  ['sketch', '../../src/sketch/kernels.ts'],
])('lanewise/%s offers the loading of its kernels', async (entry, family) => {
  await freshFamilies();
  const loading = await import(family);
  const { init, capabilities } = await import(`../../src/${entry}/index.ts`);
  expect([init, capabilities]).toEqual([loading.init, loading.capabilities]);
  const compile = vi.spyOn(WebAssembly, 'compile');
  await Promise.all([init(), init()]);
  const compiled = compile.mock.calls.length;
  await init();
  expect(compile).toHaveBeenCalledTimes(compiled);
  expect(capabilities().tier).toBe('simd');
});

test('what is loaded is not unpacked again', async () => {
  const { sparse } = await freshFamilies();
  await sparse.init();
  const decode = vi.spyOn(globalThis, 'atob');
  await sparse.init();
  expect(decode).not.toHaveBeenCalled();
});

test.each(['init', 'runtime', 'capabilities'] as const)(
  'a policy that forbids compiling is named by %s() of sparse matrices, and stands not in the way later',
  async (load) => {
    const { sparse } = await freshFamilies();
    const refusal = new WebAssembly.CompileError("Refused by Content-Security-Policy: 'unsafe-eval'");
    function refuse(): never {
      throw refusal;
    }
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(refusal);
    vi.spyOn(WebAssembly, 'Module').mockImplementation(refuse);
    await expect(async () => sparse[load]()).rejects.toMatchObject({
      ...{ code: 'CSP_BLOCKED', cause: refusal },
      message: expect.stringContaining("'wasm-unsafe-eval'"),
    });
    vi.restoreAllMocks();
    await sparse[load]();
    expect(sparse.runtime().tier).toBe('simd');
  },
);
