import { CountMinSketch, type Key, readSafetensors, type Tensor, TopK, writeSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { skewedKeys } from './counted-streams.ts';

const STREAM = skewedKeys(3000, 400, 1);

/** A file with other tensors, options or numbers, whose checksums are right for those that stayed. */
function altered(
  bytes: Uint8Array,
  tensors: Readonly<Record<string, Partial<Tensor>>>,
  options: (text: string) => string = (text) => text,
): Uint8Array {
  const file = readSafetensors(bytes);
  const changed = [...file.tensors].map(([name, tensor]) => [name, { ...tensor, ...tensors[name] }] as const);
  return writeSafetensors(Object.fromEntries(changed), {
    ...file.metadata,
    options: options(file.metadata['options']!),
  });
}

describe('CountMinSketch', () => {
  test.each([false, true])(
    'goes on from its file as if never saved (conservative: %s)',
    async (conservative) => {
      using sketch = await CountMinSketch.create({ width: 50, depth: 8, conservative, seed: -7 });
      sketch.add(STREAM).add('many', 2 ** 32 - 1);
      using loaded = CountMinSketch.fromBytes(sketch.toBytes());
      expect(loaded).toMatchObject({ width: 50, depth: 8, conservative, seed: -7, total: sketch.total });
      expect(loaded.toBytes()).toEqual(sketch.toBytes());
      expect(loaded.estimate(STREAM)).toEqual(sketch.estimate(STREAM));
      expect(loaded.add(STREAM).toBytes()).toEqual(sketch.add(STREAM).toBytes());
    },
  );

  test('a byte that was flipped is refused, or changes nothing', async () => {
    using sketch = await CountMinSketch.create({ width: 5, depth: 2, seed: 3 });
    sketch.add(STREAM);
    expectGuarded(sketch.toBytes(), CountMinSketch.fromBytes);
  });

  test('a file of other counters, options or bytes is refused', async () => {
    using sketch = await CountMinSketch.create({ width: 5, depth: 2 });
    sketch.add(STREAM);
    const bytes = sketch.toBytes();
    const option = (from: string, to: string) => altered(bytes, {}, (text) => text.replace(from, to));
    for (const [file, code] of [
      [bytes.subarray(0, bytes.length - 1), 'FILE_TRUNCATED'],
      [new Uint8Array(10), 'FILE_FORMAT'],
      [option('"width":5', '"width":0'), 'FILE_CORRUPT'],
      [option('"width":5', '"width":268435456'), 'FILE_CORRUPT'],
      [option('"depth":2', '"depth":3'), 'FILE_CORRUPT'],
      [option('"conservative":0', '"conservative":1'), 'FILE_CORRUPT'],
      [altered(bytes, { counters: { dtype: 'I32' } }), 'FILE_DTYPE'],
      [altered(bytes, { total: { dtype: 'I64' } }), 'FILE_DTYPE'],
    ] as const) {
      expect(errorOf(() => CountMinSketch.fromBytes(file)).code).toBe(code);
    }
    using other = await TopK.create({ capacity: 3 });
    expect(errorOf(() => CountMinSketch.fromBytes(other.toBytes())).code).toBe('FILE_FORMAT');
    expect(errorOf(() => CountMinSketch.fromBytes('x' as never)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('TopK', () => {
  const KEYS: Readonly<Record<string, readonly Key[]>> = {
    strings: ['', 'a', '\ud83d', 'x\ude00', '🗝', 'é'.repeat(9000), '\0', ...Array.from(STREAM, String)],
    numbers: [0, -0.5, Number.NEGATIVE_INFINITY, 2 ** 70, ...STREAM],
    bigints: [-(2n ** 63n), 2n ** 64n - 1n, 0n, ...Array.from(STREAM, BigInt)],
    bytes: [
      new Uint8Array(),
      new Uint8Array(300).fill(255),
      ...Array.from(STREAM, (key) => Uint8Array.of(key, 9)),
    ],
    none: [],
  };

  test.each(Object.keys(KEYS))('of %s goes on from its file as if never saved', async (name) => {
    const keys = KEYS[name] as readonly string[];
    using summary = await TopK.create({ capacity: 30, seed: 12 });
    summary.add(keys.slice(0, 20)).add(keys);
    using loaded = TopK.fromBytes(summary.toBytes());
    expect(loaded).toMatchObject({ capacity: 30, seed: 12, total: summary.total, size: summary.size });
    expect(loaded.top(30)).toEqual(summary.top(30));
    expect(loaded.toBytes()).toEqual(summary.toBytes());
    using clone = summary.clone();
    summary.add(keys);
    for (const other of [loaded, clone]) expect(other.add(keys).toBytes()).toEqual(summary.toBytes());
    expect(loaded.memoryUsage()).toEqual(summary.memoryUsage());
  });

  test.each(Object.keys(KEYS))(
    'of %s: a byte that was flipped is refused, or changes nothing',
    async (name) => {
      using summary = await TopK.create({ capacity: 3, seed: 3 });
      summary.add((KEYS[name] as readonly string[]).slice(0, 5));
      expectGuarded(summary.toBytes(), TopK.fromBytes);
    },
  );

  test('a file of other keys or options is refused', async () => {
    using summary = await TopK.create({ capacity: 3 });
    summary.add(['a', 'b', 'b']);
    const bytes = summary.toBytes();
    const option = (from: string, to: string) => altered(bytes, {}, (text) => text.replace(from, to));
    for (const [file, code] of [
      [bytes.subarray(0, bytes.length - 1), 'FILE_TRUNCATED'],
      [option('"capacity":3', '"capacity":4'), 'FILE_CORRUPT'],
      [option('"capacity":3', '"capacity":1'), 'FILE_CORRUPT'],
      [option('string', 'words'), 'FILE_CORRUPT'],
      [option('string', 'bigint'), 'FILE_CORRUPT'],
      [option('string', 'number'), 'FILE_DTYPE'],
      [option('string', 'bytes'), 'FILE_DTYPE'],
      [altered(bytes, { keys: { shape: [1], data: new Uint8Array(2) } }), 'FILE_CORRUPT'],
    ] as const) {
      expect(errorOf(() => TopK.fromBytes(file)).code).toBe(code);
    }
  });

  test('tells of its keys about what they take', async () => {
    using summary = await TopK.create({ capacity: 1000 });
    // 64 bytes of head, 40 a key, and a table of 2048 places: 48 256 bytes, a multiple of 64.
    expect(summary.memoryUsage()).toEqual({ total: 48_256, keys: 0 });
    summary.add(['ab', 'c']);
    expect(summary.memoryUsage()).toEqual({ total: 48_256 + 54, keys: 54 });
  });
});

/** Metadata that nobody reads has no checksum: a file that is altered there holds the same sketch. */
function expectGuarded(
  bytes: Uint8Array,
  load: (bytes: Uint8Array) => { toBytes(): Uint8Array; dispose(): void },
): void {
  const expected = bytes.slice();
  let refused = 0;
  for (let at = 0; at < bytes.length; at++) {
    const file = bytes.slice();
    file[at]! ^= 1;
    try {
      const sketch = load(file);
      expect(sketch.toBytes(), `byte ${at}`).toEqual(expected);
      sketch.dispose();
    } catch (error) {
      expect((error as { code?: string }).code, `byte ${at}: ${error}`).toMatch(/^FILE_/);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(bytes.length / 2);
}
