import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import type { Tier } from '../../src/host/kernels.ts';

/** The module that loads the kernels, as it is before anything was loaded. Its errors are matched by code. */
export async function freshKernels(): Promise<
  typeof import('../../src/host/kernels.ts') & typeof import('../../src/vectors/kernels.ts')
> {
  vi.resetModules();
  return {
    ...(await import('../../src/host/kernels.ts')),
    ...(await import('../../src/vectors/kernels.ts')),
  };
}

/** The bytes of a build of the kernels. */
export function kernelBytes(tier: Tier): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(`dist/kernels/${tier}.wasm`));
}
