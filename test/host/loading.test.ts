import { afterEach, describe, expect, test, vi } from 'vitest';
import { freshKernels } from './fresh-kernels.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function refusal(): WebAssembly.CompileError {
  return new WebAssembly.CompileError("Refused by Content-Security-Policy: 'unsafe-eval' is not allowed");
}

function refuse(): never {
  throw refusal();
}

/** A page whose policy forbids compiling: bytes are valid, and both ways to compile them fail as browsers fail. */
function forbidCompiling(): void {
  vi.spyOn(WebAssembly, 'compile').mockImplementation(() => Promise.reject(refusal()));
  vi.spyOn(WebAssembly, 'Module').mockImplementation(refuse);
}

/** What a LanewiseError of a fresh module looks like. */
async function refusalOf(run: () => unknown): Promise<{ code: string; message: string; cause: unknown }> {
  try {
    await run();
  } catch (error) {
    return error as never;
  }
  throw new Error('Nothing was thrown.');
}

describe('init', () => {
  test('loads once, however often and however concurrently it is called', async () => {
    const { init, runtime } = await freshKernels();
    const compile = vi.spyOn(WebAssembly, 'compile');
    await Promise.all([init(), init()]);
    const first = runtime();
    const compiled = compile.mock.calls.length;
    await init();
    expect(runtime()).toBe(first);
    expect(compile).toHaveBeenCalledTimes(compiled);
  });

  test('is optional: the first use loads the kernels', async () => {
    const { init, runtime } = await freshKernels();
    const used = runtime();
    await init();
    expect(runtime()).toBe(used);
  });

  test('takes the fastest tier that the runtime accepts', async () => {
    const { init, runtime } = await freshKernels();
    await init();
    expect(runtime().tier).toBe('relaxed'); // vitest.config.ts enables it wherever Node does not
  });

  test('falls back to simd where relaxed instructions are unknown', async () => {
    const { runtime } = await freshKernels();
    vi.spyOn(WebAssembly, 'validate').mockReturnValueOnce(false);
    expect(runtime().tier).toBe('simd');
  });
});

describe('an engine that computes relaxed dot products wrongly', () => {
  /** Kernels that are valid and wrong: the simd ones, whose dot product is made to give 0 where 498 is right. */
  function miscompute(): void {
    const { Instance } = WebAssembly;
    let isFirst = true;
    vi.stubGlobal('WebAssembly', {
      ...Object.fromEntries(
        Object.getOwnPropertyNames(WebAssembly).map((name) => [name, Reflect.get(WebAssembly, name)]),
      ),
      Instance: class {
        readonly exports: WebAssembly.Exports;
        constructor(module: WebAssembly.Module, imports: WebAssembly.Imports) {
          const { exports } = new Instance(module, imports);
          const isWrong = 'multiplyCodes' in exports && isFirst;
          if (isWrong) isFirst = false;
          this.exports = isWrong ? { ...exports, multiplyCodes: () => 0 } : exports;
        }
      },
    });
  }

  test.each(['init', 'runtime'] as const)('gets the simd tier by %s()', async (load) => {
    const module = await freshKernels();
    miscompute();
    await module[load]();
    expect(module.runtime().tier).toBe('simd');
  });

  test('is refused where the relaxed tier was asked for', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ tier: 'relaxed' });
    miscompute();
    expect((await refusalOf(runtime)).code).toBe('SIMD_UNSUPPORTED');
  });
});

describe('a policy that forbids compiling', () => {
  test.each(['init', 'runtime'] as const)('is named by %s(), with the directive to set', async (load) => {
    const module = await freshKernels();
    forbidCompiling();
    const error = await refusalOf(() => module[load]());
    expect(error.code).toBe('CSP_BLOCKED');
    expect(error.message).toContain('script-src');
    expect(error.message).toContain("'wasm-unsafe-eval'");
    expect(error.cause).toBeInstanceOf(WebAssembly.CompileError);
  });

  test.each(['init', 'runtime'] as const)(
    'is named by %s() where it is asked last, as WebKit does',
    async (load) => {
      const module = await freshKernels();
      const refused = new EvalError('Refused to create a WebAssembly object');
      function refuseInstance(): never {
        throw refused;
      }
      vi.spyOn(WebAssembly, 'Instance').mockImplementation(refuseInstance);
      expect(await refusalOf(() => module[load]())).toMatchObject({ code: 'CSP_BLOCKED', cause: refused });
    },
  );

  test('is not blamed for kernels that are none', async () => {
    const { setup, runtime } = await freshKernels();
    // A module that imports a function.
    const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 97, 0, 0];
    setup({ module: new WebAssembly.Module(Uint8Array.from(bytes)) });
    await expect(async () => runtime()).rejects.toBeInstanceOf(TypeError);
  });

  test('does not stand in the way of a later attempt', async () => {
    const { init, runtime } = await freshKernels();
    forbidCompiling();
    await refusalOf(init);
    vi.restoreAllMocks();
    await init();
    expect(runtime().tier).toBe('relaxed');
  });

  test('is not blamed for other failures', async () => {
    const { init } = await freshKernels();
    const failure = new RangeError('out of address space');
    vi.spyOn(WebAssembly, 'compile').mockRejectedValue(failure);
    await expect(init()).rejects.toBe(failure);
  });
});

describe('a runtime without SIMD', () => {
  test.each(['init', 'runtime'] as const)('is named by %s()', async (load) => {
    const module = await freshKernels();
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    const error = await refusalOf(() => module[load]());
    expect(error.code).toBe('SIMD_UNSUPPORTED');
    expect(error.message).toContain('Node 16.4');
  });

  test('is named where a tier was asked for', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ tier: 'relaxed' });
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    const error = await refusalOf(runtime);
    expect(error).toMatchObject({ code: 'SIMD_UNSUPPORTED', message: expect.stringContaining("'relaxed'") });
  });

  test('is named where the bytes given are no kernels', async () => {
    const { setup, runtime } = await freshKernels();
    setup({ bytes: Uint8Array.of(0, 1, 2, 3) });
    expect((await refusalOf(runtime)).code).toBe('SIMD_UNSUPPORTED');
  });

  test('or without WebAssembly is named', async () => {
    const module = await freshKernels();
    vi.stubGlobal('WebAssembly', undefined);
    const error = await refusalOf(module.runtime);
    expect(error).toMatchObject({
      code: 'SIMD_UNSUPPORTED',
      message: expect.stringContaining('no WebAssembly'),
    });
  });
});
