import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GOLDEN } from '../golden/smoke.ts';
import { isMissing, programs } from './installed.ts';
import { savedIndex } from './saved-index.ts';
import type { SmokeReport } from './smoke.js';
import { serveWorker, type Worker } from './workerd.ts';

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe.skipIf(isMissing(programs.workerd))('workerd', () => {
  let worker: Worker;
  const index = savedIndex();

  beforeAll(async () => {
    const kernels = readFileSync(path('../../dist/kernels/simd.wasm'));
    worker = await serveWorker({
      entry: path('workers/smoke.js'),
      data: { 'index.bin': (await index).bytes, 'kernels.bin': kernels },
    });
  });
  afterAll(() => worker?.[Symbol.asyncDispose]());

  test('gives the golden hashes, from a module that the platform compiled', async () => {
    const report = (await worker.get('/smoke')) as SmokeReport;
    console.log(`workerd: ${JSON.stringify(report.capabilities)}`);
    expect(report.hashes).toEqual(GOLDEN);
    expect(report.capabilities).toMatchObject({ tier: 'relaxed', threads: false });
    expect(report.inflates).toBe(true);
  });

  test('forbids compiling bytes that are valid, which is why a module is imported', async () => {
    const disallowed = expect.stringMatching(/CompileError.*disallowed by embedder/);
    expect(await worker.get('/compile')).toEqual({ isValid: true, refusals: [disallowed, disallowed] });
  });

  test('answers from a saved index of 10 000 rows within the processor time of a request', async () => {
    await using fresh = await serveWorker({
      entry: path('workers/smoke.js'),
      data: { 'index.bin': (await index).bytes, 'kernels.bin': new Uint8Array(8) },
    });
    await fresh.get('/nothing');
    const before = await fresh.cpu();
    expect(await fresh.get('/first-result')).toMatchObject({ best: (await index).best });
    const milliseconds = (await fresh.cpu()) - before;
    console.log(`workerd: first result after ${milliseconds.toFixed(1)} ms of processor time`);
    expect(milliseconds).toBeLessThan(100);
  });

  test('runs the module that a worker imports and passes to setup(), with Node beside it', async () => {
    await using chosen = await serveWorker({ entry: path('workers/chosen.js'), flags: ['nodejs_compat'] });
    const report = (await chosen.get('/')) as SmokeReport;
    expect(report.capabilities).toMatchObject({ tier: 'simd', threads: false });
    expect(report.hashes).toEqual(GOLDEN);
  });

  test('tells a worker that was bundled with bytes to pass a module', async () => {
    await using bytes = await serveWorker({ entry: path('workers/refusals.js'), conditions: ['worker'] });
    const refused = {
      isOurs: true,
      code: 'CSP_BLOCKED',
      message: expect.stringContaining('setup({ module })'),
    };
    expect(await bytes.get('/')).toEqual({
      ...{ capabilities: refused, init: refused, create: refused },
      ...{ recommend: refused, sparse: refused, text: refused },
    });
  });
});
