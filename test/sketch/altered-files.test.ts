import {
  BloomFilter,
  CountMinSketch,
  DDSketch,
  HyperLogLog,
  KllSketch,
  MinHash,
  MinHashLsh,
  TopK,
} from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/sketch/kernels.ts';

const KEYS = ['ada', 'grace', 'alan'];
const seed = -31;

interface Saved {
  toBytes(): Uint8Array;
  dispose(): void;
}

const CASES: [string, (bytes: Uint8Array) => Saved, () => Promise<Saved>][] = [
  [
    'BloomFilter',
    BloomFilter.fromBytes,
    async () => (await BloomFilter.create({ capacity: 9, seed })).add(KEYS),
  ],
  [
    'CountMinSketch',
    CountMinSketch.fromBytes,
    async () => (await CountMinSketch.create({ width: 5, depth: 2, seed })).add(KEYS),
  ],
  ['DDSketch', DDSketch.fromBytes, async () => (await DDSketch.create({ alpha: 0.05 })).add([1, 2, 5])],
  ['KllSketch', KllSketch.fromBytes, async () => (await KllSketch.create({ k: 20, seed })).add([1, 2, 5])],
  [
    'HyperLogLog',
    HyperLogLog.fromBytes,
    async () => (await HyperLogLog.create({ precision: 4, seed })).add(KEYS),
  ],
  ['MinHash', MinHash.fromBytes, async () => (await MinHash.create({ hashes: 16, seed })).add(KEYS)],
  [
    'MinHashLsh',
    MinHashLsh.fromBytes,
    async () => (await MinHashLsh.create({ hashes: 16, bands: 2, rows: 3, seed })).add(7, KEYS),
  ],
  ['TopK', TopK.fromBytes, async () => (await TopK.create({ capacity: 5, seed })).add(KEYS)],
];

test.each(CASES)(
  'the file of a %s with any one bit changed is refused, or read as it was',
  async (_, load, make) => {
    const sketch = await make();
    const bytes = sketch.toBytes();
    const text = new TextDecoder('latin1').decode(bytes);
    const { bytesInUse } = runtime().memory.statistics;
    let refused = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const altered = bytes.slice();
      altered[bit >> 3]! ^= 1 << (bit & 7);
      let read: Saved;
      try {
        read = load(altered);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^FILE_/) });
        refused++;
        continue;
      }
      const near = text.slice((bit >> 3) - 20, (bit >> 3) + 20);
      expect(Buffer.compare(read.toBytes(), bytes), near).toBe(0);
      read.dispose();
    }
    expect(refused).toBeGreaterThan(7 * bytes.length);
    expect(runtime().memory.statistics.bytesInUse).toBe(bytesInUse);
    sketch.dispose();
  },
);
