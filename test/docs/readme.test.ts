import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';

const README = new URL('../../README.md', import.meta.url);
const QUICKSTART = new URL('./quickstart.ts', import.meta.url);

test('the quickstart of the README runs and prints what it says', async () => {
  const code = /```ts\n([\s\S]*?)```/.exec(readFileSync(README, 'utf8'))![1]!;
  const lines: unknown[][] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => lines.push(values));
  await writeFile(QUICKSTART, `${code}\nexport { loaded };\n`);
  try {
    const { loaded } = await import(QUICKSTART.pathname);
    expect(loaded.size).toBe(3);
  } finally {
    log.mockRestore();
    await rm(QUICKSTART);
  }

  const [ids, scores] = lines[0] as [Int32Array, Float32Array];
  expect(ids).toEqual(Int32Array.of(0, 2));
  // The query is (1, 0.1, 0): its cosine with (1, 0, 0) is 1/sqrt(1.01), with (1, 1, 0) it is 1.1/sqrt(2.02).
  expect(scores[0]).toBeCloseTo(1 / Math.sqrt(1.01), 6);
  expect(scores[1]).toBeCloseTo(1.1 / Math.sqrt(2.02), 6);
});

test('the example of tuning and filtering in the README runs, and finds only what the filter lets pass', async () => {
  const example = readFileSync(README, 'utf8')
    .match(/```ts\n[\s\S]*?```/g)![1]!
    .slice(6, -3);
  const code = `
    import { readFileSync } from 'node:fs';
    import { readNpy } from 'lanewise';
    const words = readNpy(readFileSync('demo/data/glove-40k.npy')).data as Float32Array;
    const dimensions = 100;
    const vectors = words.slice(0, 4000 * dimensions);
    const sampleQueries = words.slice(30_000 * dimensions, 30_100 * dimensions);
    const query = words.slice(31_000 * dimensions, 31_001 * dimensions);
    const products = Array.from({ length: 4000 }, (_, id) => ({ stock: id % 3 }));
    ${example.replace('cells: 512', 'cells: 64')}
    export { effort, ids, p95, products, recall };`;
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  await writeFile(QUICKSTART, code);
  try {
    const { effort, ids, p95, products, recall } = await import(`${QUICKSTART.pathname}?tuning`);
    expect(recall).toBeGreaterThanOrEqual(0.98);
    expect(effort.probes).toBeGreaterThanOrEqual(1);
    expect(p95).toBeGreaterThan(0);
    expect(ids).toHaveLength(10);
    for (const id of ids) expect(products[id].stock).toBeGreaterThan(0);
  } finally {
    log.mockRestore();
    await rm(QUICKSTART);
  }
});

test('the README begins with the two commands of a newcomer', () => {
  const commands = /```sh\n([\s\S]*?)```/.exec(readFileSync(README, 'utf8'))![1]!;
  expect(commands).toMatch(/^npm ci && npm start/);
  expect(commands).toMatch(/^npm ci && npm test/m);
});
