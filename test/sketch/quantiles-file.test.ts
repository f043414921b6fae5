import fc from 'fast-check';
import { DDSketch, KllSketch, LanewiseError } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { flips, truncations } from '../format/damage.ts';
import { GOLDEN } from '../golden/quantiles.ts';
import { sha256 } from '../golden/recipe.ts';
import { errorOf } from '../host/error-of.ts';
import { forge, tensorOf } from '../search/forge.ts';
import { latencies, normal } from './streams.ts';

const kllFile = async () => {
  using sketch = await KllSketch.create({ k: 20, seed: 9 });
  return sketch.add(normal(9300, 1)).toBytes();
};
const ddsketchFile = async () => {
  using sketch = await DDSketch.create({ alpha: 0.02, maxBuckets: 64 });
  return sketch.add(normal(9300, 1)).add(0).toBytes();
};
const FILES = [
  { name: 'KllSketch', file: kllFile, load: KllSketch.fromBytes },
  { name: 'DDSketch', file: ddsketchFile, load: DDSketch.fromBytes },
] as const;

describe.each(FILES)('$name', ({ file, load, name }) => {
  test('files are damaged nowhere without notice', async () => {
    const bytes = await file();
    fc.assert(
      fc.property(fc.oneof(truncations(bytes), flips(bytes)), (damaged) => {
        if (Buffer.compare(damaged, bytes) === 0) return;
        try {
          load(damaged).dispose();
          // What is not checked is the text of options that name the same, as with spaces in between.
          expect(Buffer.compare(damaged.subarray(-400), bytes.subarray(-400))).toBe(0);
        } catch (error) {
          expect(error).toBeInstanceOf(LanewiseError);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  test('files of the other are refused, and what are no bytes', async () => {
    const other = await (name === 'KllSketch' ? ddsketchFile : kllFile)();
    expect(errorOf(() => load(other)).code).toBe('FILE_FORMAT');
    expect(errorOf(() => load('file' as never)).code).toBe('INVALID_ARGUMENT');
  });
});

test('files are the same in every tier, runtime and version', async () => {
  using kll = await KllSketch.create({ k: 50, seed: 3 });
  using other = await KllSketch.create({ k: 50, seed: 4 });
  kll.add(latencies(30_000, 1)).merge(other.add(normal(20_000, 2)));
  using ddsketch = await DDSketch.create();
  ddsketch.add(latencies(30_000, 1)).add(normal(20_000, 2));
  const parts = [0.01, 0.5, 0.99];
  expect({
    kll: sha256(kll.toBytes()),
    kllQuantiles: [...kll.quantiles(parts)],
    ddsketch: sha256(ddsketch.toBytes()),
    ddsketchQuantiles: [...ddsketch.quantiles(parts)],
  }).toEqual(GOLDEN);
});

type Forgery = readonly [what: string, tensor: string, change: (view: DataView) => void];

/** Places in the head of a KLL sketch: assembly/kll.ts. */
const KLL_FORGERIES: readonly Forgery[] = [
  ['a count that its levels do not make up', 'head', (view) => view.setFloat64(0, 9301, true)],
  ['a fractional count', 'head', (view) => view.setFloat64(0, 9300.5, true)],
  ['a variance below zero', 'head', (view) => view.setFloat64(8, -1, true)],
  ['a variance of NaN', 'head', (view) => view.setFloat64(8, Number.NaN, true)],
  ['a least value above others', 'head', (view) => view.setFloat64(16, 0, true)],
  ['a greatest value of NaN', 'head', (view) => view.setFloat64(24, Number.NaN, true)],
  ['more levels than the count asks for', 'head', (view) => view.setUint32(56, 40, true)],
  ['fewer levels than the count asks for', 'head', (view) => view.setUint32(56, 2, true)],
  ['more waiting values than a block', 'head', (view) => view.setUint32(60, 5000, true)],
  ['a level beyond the highest', 'head', (view) => view.setUint32(64 + 4 * 63, 1, true)],
  ['a level of 2^32 - 1 values', 'head', (view) => view.setUint32(68, 2 ** 32 - 1, true)],
  ['a NaN that waits', 'waiting', (view) => view.setFloat64(0, Number.NaN, true)],
  ['a value beyond the greatest', 'values', (view) => view.setFloat64(0, 1e9, true)],
  [
    'values out of order',
    'values',
    (view) => {
      const first = view.getFloat64(0, true);
      view.setFloat64(0, view.getFloat64(16, true), true);
      view.setFloat64(16, first, true);
    },
  ],
];

/** The summary of a DDSketch: zeros, min, max, and for each side the lowest index and whether it collapsed. */
const DDSKETCH_FORGERIES: readonly Forgery[] = [
  ['fractional zeros', 'summary', (view) => view.setFloat64(0, 0.5, true)],
  ['zeros below zero', 'summary', (view) => view.setFloat64(0, -1, true)],
  ['a least value of another bucket', 'summary', (view) => view.setFloat64(8, -0.5, true)],
  ['a least value above all', 'summary', (view) => view.setFloat64(8, 5, true)],
  ['an infinite greatest value', 'summary', (view) => view.setFloat64(16, Number.POSITIVE_INFINITY, true)],
  ['buckets of another place', 'summary', (view) => view.setFloat64(24, view.getFloat64(24, true) - 1, true)],
  ['buckets of no place', 'summary', (view) => view.setFloat64(24, Number.NaN, true)],
  ['neither collapsed nor not', 'summary', (view) => view.setFloat64(32, 2, true)],
  ['a fractional count', 'positive', (view) => view.setFloat64(8, 0.5, true)],
  ['a count below zero', 'negative', (view) => view.setFloat64(8, -1, true)],
  ['a count of NaN', 'negative', (view) => view.setFloat64(8, Number.NaN, true)],
  ['an empty first bucket', 'positive', (view) => view.setFloat64(0, 0, true)],
  ['more than 2^53 values', 'positive', (view) => view.setFloat64(0, Number.MAX_SAFE_INTEGER, true)],
];

describe.each([
  { name: 'KllSketch', file: kllFile, load: KllSketch.fromBytes, forgeries: KLL_FORGERIES },
  { name: 'DDSketch', file: ddsketchFile, load: DDSketch.fromBytes, forgeries: DDSKETCH_FORGERIES },
])('a forged $name, its checksums made to fit, is refused with', ({ file, load, forgeries }) => {
  test.each(forgeries)('%s', async (_, tensor, change) => {
    const forged = await forge(await file(), (parts) => {
      const { data } = tensorOf(parts, tensor);
      change(new DataView(data.buffer, data.byteOffset, data.byteLength));
    });
    expect(errorOf(() => load(forged)).code).toBe('FILE_CORRUPT');
  });
});

test.each([
  ['KllSketch', { k: 7 }],
  ['KllSketch', { k: 100 }],
  ['DDSketch', { alpha: 0, maxBuckets: 64 }],
  ['DDSketch', { alpha: '.02', maxBuckets: 64 }],
  ['DDSketch', { alpha: 0.02, maxBuckets: 3 }],
  ['DDSketch', { alpha: 0.02, maxBuckets: 32 }],
])('a %s with options %o is refused', async (name, options) => {
  const { file, load } = FILES.find((each) => each.name === name)!;
  const forged = await forge(await file(), ({ metadata }) => {
    metadata['options'] = JSON.stringify(options);
  });
  expect(errorOf(() => load(forged)).code).toBe('FILE_CORRUPT');
});
