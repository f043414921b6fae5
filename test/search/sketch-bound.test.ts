import { readFileSync } from 'node:fs';
import { type Metric, Random, readNpy } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { bell } from '../reference/data.ts';
import { SketchedRows } from './sketched-rows.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
/** The bound of RaBitQ holds with this many standard deviations (arXiv 2405.12497, section 5.1). */
const EPSILON = 1.9;

function bells(seed: number, length: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => bell(random));
}

function normalise(rows: Float32Array, dimensions: number): Float32Array {
  for (let at = 0; at < rows.length; at += dimensions) {
    const row = rows.subarray(at, at + dimensions);
    const norm = Math.sqrt(dot(row, row));
    row.forEach((value, i) => {
      row[i] = value / norm;
    });
  }
  return rows;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function meanOf(rows: Float32Array, dimensions: number): Float32Array {
  const mean = new Float32Array(dimensions);
  const count = rows.length / dimensions;
  rows.forEach((value, i) => {
    mean[i % dimensions]! += value / count;
  });
  return mean;
}

/** A query and its rows: the true keys, what the cell adds to all, and |q - c|. */
function truthOf(query: Float32Array, rows: Float32Array, centroid: Float32Array, metric: Metric) {
  const dimensions = query.length;
  const rest = query.map((value, i) => value - centroid[i]!);
  const keys = Array.from({ length: rows.length / dimensions }, (_, id) => {
    const row = rows.subarray(id * dimensions, (id + 1) * dimensions);
    if (metric !== 'l2') return dot(query, row);
    const difference = row.map((value, i) => value - query[i]!);
    return -dot(difference, difference);
  });
  const cellTerm = metric === 'l2' ? -dot(rest, rest) : dot(query, centroid);
  return { keys, cellTerm, length: Math.sqrt(dot(rest, rest)) };
}

/** Errors of the estimated keys of all rows, in units of the bound's standard deviation. */
function errorsOf(
  rows: Float32Array,
  queries: Float32Array,
  dimensions: number,
  metric: Metric,
  seed: number,
) {
  const centroid = meanOf(rows, dimensions);
  const sketched = new SketchedRows({ kind: 'bits', dimensions, metric, seed }, rows, centroid);
  const errors: number[] = [];
  const space = 8 * Math.ceil(dimensions / 8);
  let exceeding = 0;
  for (let at = 0; at < queries.length; at += dimensions) {
    const query = queries.slice(at, at + dimensions);
    const { keys, cellTerm, length } = truthOf(query, rows, centroid, metric);
    const estimates = sketched.scan(query, sketched.count, { cellTerm });
    for (const [id, key] of estimates) {
      const { scale } = sketched.sketch(id);
      const rest = rows.slice(id * dimensions, (id + 1) * dimensions).map((value, i) => value - centroid[i]!);
      // f = |r| / (p sqrt(D)), so p follows from the scale, which l2 doubles.
      const p = Math.sqrt(dot(rest, rest)) / ((scale / (metric === 'l2' ? 2 : 1)) * Math.sqrt(space));
      const deviation = (scale * length * Math.sqrt(Math.max(0, 1 - p * p) * space)) / Math.sqrt(space - 1);
      errors.push((key - keys[id]!) / deviation);
    }
    const share = Math.sqrt(((1 - sketched.sketcher.alignment) * space) / (space - 1));
    const bounds = sketched.scan(query, sketched.count, { cellTerm, margin: EPSILON * length * share });
    for (const [id, bound] of bounds) if (bound < keys[id]!) exceeding++;
  }
  sketched.release();
  return { errors, exceeding: exceeding / errors.length };
}

/** Share of errors within the bound: of a normal distribution, 94.3 % lie within 1.9 standard deviations. */
function shareWithin(errors: readonly number[]): number {
  return errors.filter((error) => Math.abs(error) <= EPSILON).length / errors.length;
}

describe.each(METRICS)('%s', (metric) => {
  const prepared = (rows: Float32Array, dimensions: number) =>
    metric === 'cosine' ? normalise(rows, dimensions) : rows;

  test('estimates are unbiased over rotations', () => {
    const dimensions = 24;
    const rows = prepared(bells(1, 48 * dimensions), dimensions);
    const query = prepared(bells(2, dimensions), dimensions);
    const means: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const { errors } = errorsOf(rows, query, dimensions, metric, seed);
      means.push(errors.reduce((sum, error) => sum + error, 0) / errors.length);
    }
    const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
    const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1);
    expect(Math.abs(mean)).toBeLessThan(3.5 * Math.sqrt(variance / means.length));
    expect(variance).toBeLessThan(0.1); // of means of 48 rows, 1/48 = 0.02 if these are independent
  });

  test.each([16, 100, 200])('the bound holds for its share of random rows of %i dimensions', (dimensions) => {
    const rows = prepared(bells(3, 400 * dimensions), dimensions);
    const queries = prepared(bells(4, 20 * dimensions), dimensions);
    const { errors, exceeding } = errorsOf(rows, queries, dimensions, metric, 5);
    expect(shareWithin(errors)).toBeGreaterThan(0.93);
    expect(shareWithin(errors)).toBeLessThan(0.98); // a bound that always holds would be a loose one
    expect(exceeding).toBeLessThan(0.035); // one side: 2.9 %
  });

  test('the bound holds for its share of word vectors', () => {
    const file = readNpy(readFileSync('demo/data/glove-40k.npy'));
    const dimensions = file.shape[1]!;
    const values = Float32Array.from(file.data as ArrayLike<number>);
    const rows = prepared(values.slice(0, 1000 * dimensions), dimensions);
    const queries = prepared(values.slice(5000 * dimensions, 5020 * dimensions), dimensions);
    const { errors, exceeding } = errorsOf(rows, queries, dimensions, metric, 6);
    expect(shareWithin(errors)).toBeGreaterThan(0.92);
    expect(exceeding).toBeLessThan(0.045);
  });
});
