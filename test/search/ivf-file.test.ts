import { type CellCodes, IvfIndex, type Metric, type Tuning } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeQueries, makeRows } from '../reference/data.ts';
import { expectSameAnswers, sameBytes } from './answers.ts';
import { forge } from './forge.ts';
import { ivfOf } from './ivf-answers.ts';

const point = { effort: { probes: 7 }, recall: 0.97, p50: 0.1, p95: 0.2, p99: 0.3 };
const tuning: Tuning = {
  ...point,
  k: 10,
  recallInterval: [0.96, 0.98],
  queries: 100,
  curve: [point],
  reached: true,
};

describe.each<Metric>(['cosine', 'ip', 'l2'])('a saved index under %s', (metric) => {
  test.each<CellCodes>(['int8', 'float32'])(
    'answers, changes and saves as the one that wrote it (%s)',
    async (codes) => {
      for (const dimensions of [1, 4, 7]) {
        const shape = { distribution: 'clustered', metric, dimensions, size: 500 } as const;
        const rows = makeRows(shape, 1);
        const queries = makeQueries(shape, rows, 2);
        using index = await ivfOf(rows, { dimensions, metric, cells: 12, codes }, { seed: -7 });
        index.remove([5, 499, 77, 78, 79]);
        const bytes = index.toBytes();
        using loaded = IvfIndex.fromBytes(bytes.buffer);
        expect(loaded).toMatchObject({ dimensions, metric, codes, cells: 12, size: 495, isTrained: true });
        for (const probes of [1, 4, 12])
          expectSameAnswers(loaded.search(queries, { probes }), index.search(queries, { probes }));
        expect(sameBytes(loaded.toBytes(), bytes)).toBe(true);
        for (const changed of [index, loaded]) {
          expect(changed.add(rows.slice(0, 2 * dimensions))).toEqual(Int32Array.of(500, 501));
          changed.remove([1, 2, 3]);
        }
        expect(sameBytes(loaded.toBytes(), index.toBytes())).toBe(true);
      }
    },
  );
});

test('bytes that begin at any address are read', async () => {
  const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 3, size: 40 }, 1);
  using index = await ivfOf(rows, { dimensions: 3, metric: 'l2', cells: 4 });
  const bytes = index.toBytes();
  for (let shift = 0; shift < 8; shift++) {
    const shifted = new Uint8Array(bytes.length + shift).subarray(shift);
    shifted.set(bytes);
    using loaded = IvfIndex.fromBytes(shifted);
    expectSameAnswers(loaded.search(rows), index.search(rows));
  }
});

describe('tuning', () => {
  test('is saved with the index, and gives the probes of a search that names none', async () => {
    const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 3, size: 300 }, 1);
    using index = await ivfOf(rows, { dimensions: 3, metric: 'l2', cells: 32 });
    const probed = (searched: IvfIndex) => searched.search([1, 2, 3], { k: 1, stats: true }).probed![0];
    expect(probed(index)).toBe(2); // a sixteenth of the cells
    index.tuning = tuning;
    expect(probed(index)).toBe(7);
    using loaded = IvfIndex.fromBytes(index.toBytes());
    expect(loaded.tuning).toEqual(tuning);
    expect(probed(loaded)).toBe(7);
    expect(loaded.search([1, 2, 3], { k: 1, probes: 3, stats: true }).probed![0]).toBe(3);
  });

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['null', 'null'],
    ['a number', '7'],
    ['an empty object', '{}'],
    ['no effort', JSON.stringify({ ...tuning, effort: undefined })],
    ['an effort that is a number', JSON.stringify({ ...tuning, effort: 5 })],
    ['an effort of none', JSON.stringify({ ...tuning, effort: {} })],
    ['0 probes', JSON.stringify({ ...tuning, effort: { probes: 0 } })],
    ['half a probe', JSON.stringify({ ...tuning, effort: { probes: 0.5 } })],
    ['2^31 probes', JSON.stringify({ ...tuning, effort: { probes: 2 ** 31 } })],
    ["'7' probes", JSON.stringify({ ...tuning, effort: { probes: '7' } })],
    ['no recall', JSON.stringify({ ...tuning, recall: undefined })],
    ['a recall of null', JSON.stringify({ ...tuning, recall: null })],
    ['a latency in words', JSON.stringify({ ...tuning, p99: 'slow' })],
    ['no interval', JSON.stringify({ ...tuning, recallInterval: undefined })],
    ['half an interval', JSON.stringify({ ...tuning, recallInterval: [1] })],
    ['no curve', JSON.stringify({ ...tuning, curve: undefined })],
    ['a curve of nulls', JSON.stringify({ ...tuning, curve: [null] })],
    ['a curve of bad efforts', JSON.stringify({ ...tuning, curve: [{ ...point, effort: { probes: -1 } }] })],
  ])('of %s in a file is FILE_CORRUPT', async (_, text) => {
    using index = await ivfOf(Float32Array.of(1, 2, 3, 4), { dimensions: 2, metric: 'l2', cells: 2 });
    index.tuning = tuning;
    const forged = await forge(index.toBytes(), ({ metadata }) => {
      metadata['tuning'] = text;
    });
    expect(errorOf(() => IvfIndex.fromBytes(forged)).code).toBe('FILE_CORRUPT');
  });

  test('offers efforts from one cell to all of them, fewest first', async () => {
    for (const cells of [1, 2, 3, 100, 65_536]) {
      using index = await IvfIndex.create({ dimensions: 1, cells });
      const probes = index.efforts().map((effort) => effort['probes']!);
      expect([probes[0], probes.at(-1)]).toEqual([1, cells]);
      expect(probes).toEqual([...new Set(probes)].sort((a, b) => a - b));
      expect(probes.length).toBeLessThan(40);
    }
  });
});
