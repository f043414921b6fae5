import { describe, expect, test } from 'vitest';
import { loadWithMemory, type ScarcePackage, starve } from '../host/scarce-memory.ts';
import { latencies, normal } from './streams.ts';

type Lanewise = ScarcePackage['lanewise'];

const CASES = [
  {
    name: 'KllSketch',
    create: ({ KllSketch }: Lanewise) => KllSketch.create(),
    load: ({ KllSketch }: Lanewise, bytes: Uint8Array) => KllSketch.fromBytes(bytes),
  },
  {
    name: 'DDSketch',
    create: ({ DDSketch }: Lanewise) => DDSketch.create({ maxBuckets: 8192 }),
    load: ({ DDSketch }: Lanewise, bytes: Uint8Array) => DDSketch.fromBytes(bytes),
  },
] as const;

type AnySketch = Awaited<ReturnType<(typeof CASES)[number]['create']>>;

describe.each(CASES)('$name', ({ create, load }) => {
  test('a call that finds no memory, wherever on its way, leaves the sketch as it was, and no bytes', async () => {
    const scarce = await loadWithMemory(1 << 20);
    const inUse = () => scarce.memory.statistics.bytesInUse;
    const nothing = inUse();
    const sketch = await create(scarce.lanewise);
    const other = await create(scarce.lanewise);
    sketch.add(latencies(3000, 1));
    other.add(latencies(1000, 2)).add([1e-9, -1e9, -1e-3]);
    const before = sketch.toBytes();
    const many = normal(5000, 2).map((value) => value * 1e9);
    const check = (error: unknown) => expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    for (const change of [
      (copy: AnySketch) => copy.add(many),
      (copy: AnySketch) => (copy as { merge(other: unknown): unknown }).merge(other),
    ]) {
      // Those whose change failed are kept until there is memory again to look at them.
      const failed: AnySketch[] = [];
      const call = () => {
        const copy = sketch.clone();
        const held = inUse();
        try {
          change(copy);
          copy.dispose();
        } catch (error) {
          expect(inUse()).toBe(held);
          failed.push(copy);
          throw error;
        }
      };
      expect(await starve(scarce, call, check), String(change)).toBeGreaterThan(0);
      expect(failed.length).toBeGreaterThan(0);
      for (const copy of failed) {
        expect(copy.toBytes()).toEqual(before);
        copy.dispose();
      }
    }
    for (const call of [
      () => sketch.clone().dispose(),
      () => load(scarce.lanewise, before).dispose(),
      () => void sketch.toBytes(),
    ]) {
      const held = inUse();
      expect(await starve(scarce, call, check), String(call)).toBeGreaterThan(0);
      expect(inUse()).toBe(held);
    }
    expect(sketch.toBytes()).toEqual(before);
    sketch.dispose();
    other.dispose();
    expect(inUse()).toBe(nothing);
  });
});
