import { describe, expect, test } from 'vitest';
import type { Tier } from '../../src/host/kernels.ts';
import { Random } from '../../src/host/random.ts';
import { RawKernels } from './raw-kernels.ts';

const TIER = process.env['LANEWISE_TIER'] as Tier;
const METRICS = { ip: 0, cosine: 1, l2: 2 };
const DIMENSIONS = 11;
const K = 5;

function vectors(seed: number, count: number): number[][] {
  const random = new Random(seed);
  const value = () => Math.fround(2 * random.uniform() - 1);
  return Array.from({ length: count }, () => Array.from({ length: DIMENSIONS }, value));
}

/** The float32 sum that assembly/score.ts defines: four lanes, each in order, then (0 + 2) + (1 + 3). */
function laneSum(terms: readonly number[]): number {
  const lanes = [0, 0, 0, 0];
  for (const [i, term] of terms.entries()) lanes[i % 4] = Math.fround(lanes[i % 4]! + Math.fround(term));
  return Math.fround(Math.fround(lanes[0]! + lanes[2]!) + Math.fround(lanes[1]! + lanes[3]!));
}

function norm(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

function keyOf(metric: keyof typeof METRICS, query: readonly number[], row: readonly number[]): number {
  if (metric === 'l2') {
    const differences = query.map((value, i) => Math.fround(value - row[i]!));
    return Math.fround(-laneSum(differences.map((difference) => difference * difference)));
  }
  const scored = metric === 'cosine' ? query.map((value) => Math.fround(value / norm(query))) : query;
  const product = laneSum(scored.map((value, i) => value * row[i]!));
  return metric === 'cosine' ? Math.fround(product / Math.fround(norm(row))) : product;
}

/** The best rows as [id, key], by scoring every row in plain JavaScript. */
function best(
  metric: keyof typeof METRICS,
  query: readonly number[],
  rows: readonly number[][],
): [number, number][] {
  const all = rows.map((row, id): [number, number] => [id, keyOf(metric, query, row)]);
  return all.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, K);
}

describe.each(['ip', 'cosine', 'l2'] as const)('on raw pointers, under %s', (metric) => {
  const rows = vectors(1, 37);
  const queries = vectors(2, 6);
  const expected = queries.map((query) => best(metric, query, rows));

  function load() {
    const raw = new RawKernels(TIER);
    const segment = raw.placeSegment(rows);
    const { kernels } = raw;
    expect(kernels.measureRows(segment, 3, 0, rows.length, -1, 1e9)).toBe(rows.length);
    kernels.encodeRows(segment, DIMENSIONS, METRICS[metric], 0, rows.length, raw.place(48 + 64));
    return { raw, kernels, segment, addresses: raw.placeQueries(queries, METRICS[metric], K) };
  }

  test('scanRows finds what plain JavaScript finds, to the bit', () => {
    const { raw, kernels, segment, addresses } = load();
    for (const query of addresses) kernels.scanRows(query, segment);
    expect(addresses.map((query) => raw.take(query))).toEqual(expected);
  });

  test('scanCodes finds the same', () => {
    const { raw, kernels, segment, addresses } = load();
    const products = raw.place(128);
    for (const query of addresses) kernels.scanCodes(query, segment, products);
    expect(addresses.map((query) => raw.take(query))).toEqual(expected);
  });

  test.runIf(TIER === 'relaxed')('scanNibbles finds the same', () => {
    const { raw, kernels, segment, addresses } = load();
    const products = raw.place(64);
    for (const query of addresses) kernels.scanNibbles(query, segment, products);
    expect(addresses.map((query) => raw.take(query))).toEqual(expected);
  });

  test.each([1, 2, 5, 6])('scanTile finds the same for %i queries at once', (size) => {
    const { raw, kernels, segment, addresses } = load();
    const pointers = raw.place(4 * addresses.length);
    raw.u32.set(addresses, pointers / 4);
    const tile = raw.place(32 + 3 * 24);
    kernels.packTile(pointers, size, tile);
    kernels.scanTile(tile, size, segment, raw.place(384));
    expect(addresses.slice(0, size).map((query) => raw.take(query))).toEqual(expected.slice(0, size));
  });
});
