import { afterEach, expect, test, vi } from 'vitest';
import { capabilities, runtime } from '../../src/vectors/kernels.ts';

afterEach(() => void vi.unstubAllGlobals());

test('capabilities name the tier that runs', () => {
  expect(capabilities().tier).toBe(process.env['LANEWISE_TIER']);
});

test('capabilities tell the memory that is held as it changes', () => {
  const { memory } = runtime();
  const before = capabilities().memory.bytesInUse;
  const address = memory.allocate(640);
  expect(capabilities().memory.bytesInUse).toBe(before + 640);
  memory.free(address);
  expect(capabilities().memory.bytesInUse).toBe(before);
});

test('threads are available where memory can be shared and nothing says that it is not isolated', () => {
  vi.stubGlobal('crossOriginIsolated', undefined);
  expect(capabilities()).toMatchObject({ threads: true, isolation: undefined });
  vi.stubGlobal('crossOriginIsolated', true);
  expect(capabilities()).toMatchObject({ threads: true, isolation: true });
});

test('threads are not available on a page that is not isolated, even if it knows shared memory', () => {
  vi.stubGlobal('crossOriginIsolated', false);
  expect(capabilities()).toMatchObject({ threads: false, isolation: false });
});

test('threads are not available without shared memory', () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  expect(capabilities().threads).toBe(false);
});

test('threads are not available in edge runtimes, which have shared memory and no workers', () => {
  vi.stubGlobal('Worker', undefined);
  expect(capabilities().threads).toBe(true);
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  expect(capabilities().threads).toBe(false);
  vi.unstubAllGlobals();
  vi.stubGlobal('process', undefined);
  expect(capabilities().threads).toBe(false);
  vi.stubGlobal('Worker', class {});
  expect(capabilities().threads).toBe(true);
});

test('processors are told where the runtime tells them', () => {
  vi.stubGlobal('navigator', { hardwareConcurrency: 3 });
  expect(capabilities().processors).toBe(3);
  vi.stubGlobal('navigator', undefined);
  expect(capabilities().processors).toBeUndefined();
});
