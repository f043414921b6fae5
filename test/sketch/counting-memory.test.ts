import { CountMinSketch, capabilities, TopK } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { loadWithMemory, type ScarcePackage, starve } from '../host/scarce-memory.ts';

const memory = () => capabilities().memory;
type Lanewise = Pick<ScarcePackage['lanewise'], 'CountMinSketch' | 'TopK'>;

const CASES = [
  {
    name: 'CountMinSketch',
    create: ({ CountMinSketch }: Lanewise) => CountMinSketch.create({ width: 1000, depth: 3 }),
    load: ({ CountMinSketch }: Lanewise, bytes: Uint8Array) => CountMinSketch.fromBytes(bytes),
  },
  {
    name: 'TopK',
    create: ({ TopK }: Lanewise) => TopK.create({ capacity: 200 }),
    load: ({ TopK }: Lanewise, bytes: Uint8Array) => TopK.fromBytes(bytes),
  },
];

describe.each(CASES)('$name', ({ create, load }) => {
  test('lives of every kind leave nothing behind', async () => {
    const live = async () => {
      using sketch = await create({ CountMinSketch, TopK });
      sketch.add(['ada', 'x'.repeat(100_000)]).add('ada', 5);
      errorOf(() => sketch.add(['a', 5] as never));
      using clone = sketch.clone();
      (clone as TopK).merge(sketch as TopK).estimate('ada');
      const bytes = clone.toBytes();
      using loaded = load({ CountMinSketch, TopK }, bytes);
      bytes[bytes.length - 2]! ^= 1;
      errorOf(() => load({ CountMinSketch, TopK }, bytes));
      loaded.clear();
    };
    const empty = memory().bytesInUse;
    await live();
    const before = memory();
    expect(before.bytesInUse).toBe(empty);
    for (let i = 0; i < 100; i++) await live();
    expect(memory()).toEqual(before);
  });

  test('a call that finds no memory leaves the sketch as it was, and no bytes', async () => {
    const scarce = await loadWithMemory(1 << 20);
    using sketch = await create(scarce.lanewise);
    sketch.add(['a', 'b', 'a']);
    const bytes = sketch.toBytes();
    for (const call of [
      () => sketch.add(['a', 'x'.repeat(30_000)]),
      () => sketch.estimate('x'.repeat(30_000)),
      () => sketch.clone().dispose(),
      () => sketch.toBytes(),
      () => load(scarce.lanewise, bytes).dispose(),
    ]) {
      const checked = () => {
        const state = () => [sketch.total, sketch.estimate('a'), scarce.memory.statistics.bytesInUse];
        const before = state();
        try {
          call();
        } catch (error) {
          expect(state()).toEqual(before);
          throw error;
        }
      };
      const check = (error: unknown) => expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
      expect(await starve(scarce, checked, check), String(call)).toBeGreaterThan(0);
    }
  });

  test('disposed of, it answers nothing', async () => {
    const sketch = await create({ CountMinSketch, TopK });
    const other = await create({ CountMinSketch, TopK });
    sketch.dispose();
    sketch.dispose();
    for (const call of [
      () => sketch.add('a'),
      () => sketch.estimate('a'),
      () => (sketch as TopK).merge(other as TopK),
      () => (other as TopK).merge(sketch as TopK),
      () => sketch.clone(),
      () => sketch.clear(),
      () => sketch.errorBound(),
      () => sketch.toBytes(),
      () => sketch.memoryUsage(),
    ]) {
      expect(errorOf(call).code, String(call)).toBe('DISPOSED');
    }
    other.dispose();
  });
});

test('what is asked for beyond linear memory is refused before anything is taken', async () => {
  const { bytesInUse } = memory();
  await expect(CountMinSketch.create({ width: 2 ** 28, depth: 64 })).rejects.toMatchObject({
    code: 'MEMORY_EXHAUSTED',
  });
  expect(memory().bytesInUse).toBe(bytesInUse);
});
