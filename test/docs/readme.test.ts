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

test('the example of sparse matrices and text in the README runs and gives what it says', async () => {
  const example = readFileSync(README, 'utf8')
    .match(/```ts\n[\s\S]*?```/g)![2]!
    .slice(6, -3);
  await writeFile(QUICKSTART, `${example}\nexport { ids, product, ranks, scores };\n`);
  try {
    const { ids, product, ranks, scores } = await import(`${QUICKSTART.pathname}?sparse`);
    // Rows 0, 1 and 2 of the pattern pick 2, 3 and 1 + 2.
    expect(product).toEqual(Float32Array.of(2, 3, 3));
    // In d = .85: r0 = .05 + .425 r2, r1 = .05 + .85 r0 + .425 r2, r2 = .05 + .85 r1; so
    // r2 = .05 + .85 (.05 + .85 (.05 + .425 r2) + .425 r2) = .128625 + .6683125 r2.
    const third = 0.128625 / (1 - 0.6683125);
    expect(ranks[2]).toBeCloseTo(third, 8);
    expect(ranks[0]).toBeCloseTo(0.05 + 0.425 * third, 8);
    // Both terms of the query; then one in the shorter of the other two texts.
    expect(ids).toEqual(Int32Array.of(1, 0));
    expect(scores[0]).toBeGreaterThan(scores[1]);
  } finally {
    await rm(QUICKSTART);
  }
});

test('the example of recommenders in the README runs and recommends what is left', async () => {
  const example = readFileSync(README, 'utf8')
    .match(/```ts\n[\s\S]*?```/g)![3]!
    .slice(6, -3);
  await writeFile(QUICKSTART, `${example}\nexport { ids, mf, scores };\n`);
  try {
    const { ids, mf, scores } = await import(`${QUICKSTART.pathname}?recommend`);
    expect(ids).toEqual(Int32Array.of(2));
    expect(scores[0]).toBe(mf.predict(0, 2));
    // Nobody has rated below 1 or above 5, and the one rating of item 2 is a 5.
    expect(scores[0]).toBeGreaterThan(mf.mean);
    expect(scores[0]).toBeLessThan(5.5);
  } finally {
    await rm(QUICKSTART);
  }
});

test('the example of streams in the README runs and says what it promises', async () => {
  const example = readFileSync(README, 'utf8')
    .match(/```ts\n[\s\S]*?```/g)![4]!
    .slice(6, -3);
  const lines: unknown[][] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => lines.push(values));
  await writeFile(QUICKSTART, `${example}\nexport { ids };\n`);
  try {
    const { ids } = await import(`${QUICKSTART.pathname}?streams`);
    // "recieve" becomes "relieve" by one letter, and "receive" by two.
    expect(ids).toEqual(Int32Array.of(2, 1));
    const [visitors, top, median] = lines[0] as [number, unknown, number];
    expect(visitors).toBe(2);
    expect(top).toEqual([{ key: '/', count: 2, error: 0, isGuaranteed: true }]);
    // Half of 11, 12, 15 and 240 is at most 12.
    expect(Math.abs(median / 12 - 1)).toBeLessThanOrEqual(0.01);
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

test('the example of planning in the README runs and prints what it says', async () => {
  const example = readFileSync(README, 'utf8')
    .match(/```ts\n[\s\S]*?```/g)![5]!
    .slice(6, -3);
  // Of a machine that is known, so that a busy one does not decide otherwise.
  const code = `
    import { machineNamed } from 'lanewise';
    ${example.replace('await calibrate()', "machineNamed('cloud-xeon-node24')")}
    export { bytes, candidates, p50, terms };`;
  const lines: unknown[][] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => lines.push(values));
  await writeFile(QUICKSTART, code);
  try {
    const { bytes, candidates, p50, terms } = await import(`${QUICKSTART.pathname}?planning`);
    expect(lines).toEqual([['flat'], [68_719_476_736], ['memory']]);
    expect(bytes).toBeGreaterThan(4 * 96e6);
    expect(candidates).toHaveLength(8);
    expect(p50).toBeGreaterThan(0);
    expect(terms.length).toBeGreaterThan(2);
  } finally {
    log.mockRestore();
    await rm(QUICKSTART);
  }
});
