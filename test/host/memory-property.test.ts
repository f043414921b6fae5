import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LanewiseError } from '../../src/host/errors.ts';
import { Memory } from '../../src/host/memory.ts';

const PAGE = 65_536;
const FIRST_ADDRESS = 1024;
const END = 8 * PAGE;

/** A block as the model knows it: no list of free ranges, only intervals that must not overlap. */
interface Block {
  readonly address: number;
  readonly bytes: number;
  readonly mark: number;
}

/** `allocate` some bytes, or free the block at a position (modulo their number). */
const actions = fc.array(
  fc.oneof(
    fc.record({
      allocate: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 * PAGE })),
    }),
    fc.record({ free: fc.nat() }),
  ),
  { maxLength: 120 },
);

/** Whether the intervals leave a gap of `bytes` anywhere up to the limit. */
function hasGap(blocks: readonly Block[], bytes: number): boolean {
  let start = FIRST_ADDRESS;
  for (const block of [...blocks].sort((a, b) => a.address - b.address)) {
    if (block.address - start >= bytes) return true;
    start = block.address + block.bytes;
  }
  return END - start >= bytes;
}

function isIntact(memory: Memory, { address, bytes, mark }: Block): boolean {
  return memory.u8.subarray(address, address + bytes).every((byte) => byte === mark);
}

function allocateBoth(memory: Memory, blocks: Block[], wanted: number): void {
  const bytes = Math.ceil(wanted / 64) * 64;
  const fits = hasGap(blocks, bytes);
  try {
    const address = memory.allocate(wanted);
    expect(fits).toBe(true);
    expect(address % 64).toBe(0);
    expect(address).toBeGreaterThanOrEqual(FIRST_ADDRESS);
    expect(address + bytes).toBeLessThanOrEqual(memory.u8.length);
    const overlapping = blocks.filter(
      (block) => block.address < address + bytes && address < block.address + block.bytes,
    );
    expect(overlapping).toEqual([]);
    const mark = 1 + (blocks.length % 255);
    memory.u8.fill(mark, address, address + bytes);
    blocks.push({ address, bytes, mark });
  } catch (error) {
    if (!(error instanceof LanewiseError)) throw error;
    expect([error.code, fits]).toEqual(['MEMORY_EXHAUSTED', false]);
  }
}

test('any allocations and frees agree with a model of intervals, and all of the memory comes back', () => {
  fc.assert(
    fc.property(actions, (steps) => {
      const memory = new Memory(new WebAssembly.Memory({ initial: 1, maximum: 8 }), END);
      const blocks: Block[] = [];
      let most = 0;
      for (const step of steps) {
        if ('allocate' in step) allocateBoth(memory, blocks, step.allocate);
        else if (blocks.length > 0) {
          const [block] = blocks.splice(step.free % blocks.length, 1);
          expect(isIntact(memory, block!)).toBe(true);
          memory.free(block!.address);
        }
        const held = blocks.reduce((sum, { bytes }) => sum + bytes, 0);
        most = Math.max(most, held);
        expect(memory.statistics).toMatchObject({ bytesInUse: held, highWaterMark: most });
      }
      expect(blocks.every((block) => isIntact(memory, block))).toBe(true);
      for (const { address } of blocks) memory.free(address);
      expect(memory.statistics.bytesInUse).toBe(0);
      expect(memory.allocate(END - FIRST_ADDRESS)).toBe(FIRST_ADDRESS);
    }),
    { numRuns: 300 },
  );
});
