import { afterEach, expect, test, vi } from 'vitest';
import { readRatings } from '../../src/format/index.ts';
import { Random } from '../../src/host/random.ts';

/** Eight letters each of which FNV-1a takes to the same state, from any state with a low byte: 0x5a, and that of the one before. */
const COLLIDING = [
  ['01A0A0AA', '95EJsDYZ'],
  ...Array.from({ length: 6 }, () => [
    ['02200A0A', '740nDOnz'],
    ['0100A0AA', '71RJsDYZ'],
  ]).flat(),
] as const;
const IDS = 2 ** COLLIDING.length;

function fnv(start: number, text: string): number {
  let hash = start;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

const colliding = (id: number) => COLLIDING.map((pair, i) => pair[(id >> i) & 1]!).join('');
const fileOf = (idOf: (id: number) => string) =>
  new TextEncoder().encode(Array.from({ length: IDS }, (_, id) => `${idOf(id)},1\n`).join(''));

function millisecondsToRead(file: Uint8Array): number {
  const start = performance.now();
  expect(readRatings(file).userCount).toBe(IDS);
  return performance.now() - start;
}

afterEach(() => void vi.restoreAllMocks());

test('ids that have the same FNV-1a whatever its start cost no more than others do', () => {
  // What is drawn has the low byte that the ids were made for.
  const random = new Random(1);
  vi.spyOn(Math, 'random').mockImplementation(() => (((random.uint32() & ~0xff) | 0x5a) >>> 0) / 2 ** 32);
  expect(new Set(Array.from({ length: IDS }, (_, id) => fnv(0x1234565a, colliding(id)))).size).toBe(1);
  const hostile = fileOf(colliding);
  const plain = fileOf((id) => colliding(id).slice(0, -6) + String(id).padStart(6, 'x'));
  const times = Array.from({ length: 3 }, () => [millisecondsToRead(hostile), millisecondsToRead(plain)]);
  const [ofHostile, ofPlain] = [0, 1].map((file) => Math.min(...times.map((pair) => pair[file]!)));
  // Sharing one slot, they took 60 times as long.
  expect(ofHostile!).toBeLessThan(8 * ofPlain!);
});
