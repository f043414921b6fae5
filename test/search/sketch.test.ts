import { createHash } from 'node:crypto';
import { type Metric, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { bell } from '../reference/data.ts';
import { rotate } from './rotate.ts';
import { SketchedRows, type SketchedShape } from './sketched-rows.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
/** Kinds of sketches, and hashes of what they make of the same rows in every tier and version. */
const KINDS = [
  {
    kind: 'bits',
    width: 4,
    golden: { cosine: '2aeb15dde79ef1b2', ip: 'fd4317df7c58f200', l2: 'ff3352eec5c457cc' },
  },
  {
    kind: 'pq4',
    width: 2,
    golden: { cosine: '3d43bd17fc0c7e4c', ip: 'bcc74755197c9de5', l2: 'f9bf848db90dbf2b' },
  },
  {
    kind: 'pq4',
    width: 3,
    golden: { cosine: '1a5d01ef2dfa4fe3', ip: '38c34d0a9fba57ab', l2: '774f78ec91642ccf' },
  },
  {
    kind: 'pq4',
    width: 5,
    golden: { cosine: '24708bcc0f454703', ip: 'd9ef41d460060249', l2: '5d572771ee4cd132' },
  },
] as const;
/** Dimensions and rows: one to three blocks, of which the last is not full; subvectors that fours leave over. */
const SHAPES = [
  [1, 5],
  [4, 33],
  [7, 20],
  [9, 48],
  [24, 40],
  [100, 50],
] as const;
const { fround } = Math;

function bells(seed: number, length: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => bell(random));
}

/** Rows about a centroid; of norm 1 under cosine, as sketches take them. */
function cellOf({ metric, dimensions }: SketchedShape, count: number, seed: number) {
  const centroid = bells(seed, dimensions);
  const rows = bells(seed + 1, count * dimensions).map((value, i) => value + centroid[i % dimensions]!);
  if (metric === 'cosine') {
    for (let at = 0; at < rows.length; at += dimensions) {
      const row = rows.subarray(at, at + dimensions);
      const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
      row.forEach((value, i) => {
        row[i] = value / norm;
      });
    }
  }
  return { rows, centroid };
}

function withRows(
  shape: SketchedShape,
  count: number,
  use: (sketched: SketchedRows, rows: Float32Array, centroid: Float32Array) => void,
): void {
  const { rows, centroid } = cellOf(shape, count, 10 * shape.dimensions);
  const sketched = new SketchedRows(shape, rows, centroid);
  try {
    use(sketched, rows, centroid);
  } finally {
    sketched.release();
  }
}

/** The key of a row as assembly/fastscan.ts defines it, one rounding at a time. */
function keyOf(sketched: SketchedRows, row: number, cellTerm: number, margin: number): number {
  const { step, bias, entries } = sketched.tables;
  const { codes, scale, term } = sketched.sketch(row);
  const sum = codes.reduce((total, code, i) => total + entries[16 * i + code]!, 0);
  const product = fround(fround(sum * step) + fround(bias + fround(margin)));
  return fround(fround(cellTerm) + fround(fround(scale * product) + term));
}

describe.each(METRICS)('%s', (metric) => {
  describe.each(KINDS)('$kind $width', (kind) => {
    test('a scan keeps the best keys, to the bit, of the rows that live', () => {
      for (const [dimensions, count] of SHAPES) {
        withRows({ ...kind, dimensions, metric }, count, (sketched) => {
          sketched.bury(2);
          sketched.bury(count - 1);
          for (const [seed, k] of [
            [1, 3],
            [2, count],
          ] as const) {
            const found = sketched.scan(bells(seed, dimensions), k, { cellTerm: 0.7, margin: 0.3 });
            const expected = Array.from({ length: count }, (_, row) => row)
              .filter((row) => row !== 2 && row !== count - 1)
              .map((row) => [row, keyOf(sketched, row, 0.7, 0.3)] as const)
              .sort((a, b) => b[1] - a[1] || a[0] - b[0])
              .slice(0, k)
              .map(([row, key]) => [row, key + 0]);
            expect(found.map(([row, key]) => [row, key + 0])).toEqual(expected);
          }
        });
      }
    });

    test('four neighbouring entries of the tables add up to 255 at most, and none is wasted', () => {
      for (const [dimensions, count] of SHAPES) {
        withRows({ ...kind, dimensions, metric }, count, (sketched) => {
          sketched.scan(bells(3, dimensions), 1);
          const { entries, step } = sketched.tables;
          let largest = 0;
          for (let at = 0; at < entries.length; at += 64) {
            let sum = 0;
            for (let table = at; table < Math.min(at + 64, entries.length); table += 16) {
              sum += Math.max(...entries.subarray(table, table + 16));
            }
            expect(sum).toBeLessThanOrEqual(255);
            largest = Math.max(largest, sum);
          }
          // Rows of one dimension and norm 1 leave nothing to tell apart.
          if (step > 0) expect(largest).toBeGreaterThanOrEqual(250); // 252 steps, less half a step for each of four roundings
        });
      }
    });

    test('the same rows are the same bytes in every tier', () => {
      withRows({ ...kind, dimensions: 24, metric }, 48, (sketched) => {
        const hash = createHash('sha256').update(sketched.bytes).digest('hex');
        expect(hash.slice(0, 16)).toBe(kind.golden[metric]);
      });
    });
  });

  test('signs: the codes, scales and terms are those of the rotated difference', () => {
    for (const dimensions of [8, 16, 104]) {
      withRows({ kind: 'bits', dimensions, metric }, 40, (sketched, rows, centroid) => {
        const rotated = (vector: Float32Array) => Float64Array.from(rotate(vector, 7));
        const center = rotated(centroid);
        for (let row = 0; row < 40; row++) {
          const rest = rotated(
            rows.slice(row * dimensions, (row + 1) * dimensions).map((value, i) => value - centroid[i]!),
          );
          sketched.scan(centroid, 1); // the base of the scales stands in the tables
          const { codes, scale, term } = sketched.sketch(row);
          const signs = rest.map((value) => (value < 0 ? -1 : 1));
          const coded = signs.map((_, i) => ((codes[i >> 2]! >> (i & 3)) & 1 ? 1 : -1));
          // What lies nearer to zero than rounding may have either sign.
          rest.forEach((value, i) => {
            if (Math.abs(value) > 1e-5) expect(coded[i]).toBe(signs[i]);
          });
          const square = dot(rest, rest);
          const weight = metric === 'l2' ? 2 : 1;
          const exact = (weight * square) / dot(rest, coded);
          expect(Math.abs(scale / exact - 1)).toBeLessThan(2 ** -6 + 1e-5); // half of the last of 5 bits
          const own = metric === 'l2' ? -square : dot(center, rest);
          const expected = own - scale * dot(center, coded);
          const terms = Math.abs(own) + scale * Math.sqrt(dot(center, center) * dimensions);
          // Half of the last of 8 bits, and what float32 sums of some hundred terms leave.
          expect(Math.abs(term - expected)).toBeLessThan(Math.abs(expected) * 2 ** -8 + terms * 1e-5);
        }
      });
    }
  });

  test('product codes: each is the nearest centroid of its sub-vector', () => {
    withRows({ kind: 'pq4', width: 3, dimensions: 10, metric }, 60, (sketched, rows, centroid) => {
      const { subvectors } = sketched.sketcher;
      const codebooks = sketched.sketcher.codebooks;
      for (let row = 0; row < 60; row++) {
        sketched.scan(centroid, 1);
        const { codes } = sketched.sketch(row);
        for (let part = 0; part < subvectors; part++) {
          const distances = Array.from({ length: 16 }, (_, code) => {
            let sum = 0;
            for (let i = 0; i < 3; i++) {
              const at = 3 * part + i;
              const value = at < 10 ? rows[10 * row + at]! - centroid[at]! : 0;
              sum += (value - codebooks[part * 64 + i * 16 + code]!) ** 2;
            }
            return sum;
          });
          expect(distances[codes[part]!]! - Math.min(...distances)).toBeLessThan(1e-5);
        }
      }
    });
  });
});

test('sums of thousands of codes fit 16 bits, up to the largest', () => {
  const dimensions = 8000;
  const rows = bells(31, 17 * dimensions);
  const shape = { kind: 'bits', dimensions, metric: 'ip' } as const;
  const sketched = new SketchedRows(shape, rows, new Float32Array(dimensions));
  // The row itself as the query: its signs take the largest entry of every table.
  const found = sketched.scan(rows.slice(0, dimensions), 17);
  const { codes } = sketched.sketch(0);
  const { entries } = sketched.tables;
  const sum = codes.reduce((total, code, i) => total + entries[16 * i + code]!, 0);
  // 65535 less 2000 for the roundings of as many entries, which come to less.
  expect(sum).toBeGreaterThan(63_000);
  expect(sum).toBeLessThan(65_536);
  for (const [row, key] of found) expect(key).toBe(keyOf(sketched, row, 0, 0));
  sketched.release();
});

test('a scale beyond what 8 bits hold is the largest or the least of them', () => {
  const dimensions = 8;
  const rows = new Float32Array(4 * dimensions);
  rows.set(bells(1, dimensions));
  rows.set(bells(2, dimensions), dimensions);
  const first = new SketchedRows(
    { kind: 'bits', dimensions, metric: 'ip' },
    rows,
    new Float32Array(dimensions),
  );
  // Rows that equal their centroid: nothing is scaled, and nothing is NaN.
  const found = first.scan(bells(3, dimensions), 4);
  expect(found.length).toBe(4);
  expect(found.every(([, key]) => Number.isFinite(key))).toBe(true);
  const { scale } = first.sketch(3);
  expect(scale).toBeGreaterThan(0);
  expect(scale).toBeLessThanOrEqual(first.sketch(0).scale / 32);
  first.release();
});

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
