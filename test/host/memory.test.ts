import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/host/memory.ts';
import { errorOf } from './error-of.ts';

const PAGE = 65_536;
/** Four pages less the first KiB, which stays unused. */
const ROOM = 4 * PAGE - 1024;

function fourPages(): Memory {
  return new Memory(new WebAssembly.Memory({ initial: 1, maximum: 4 }), 4 * PAGE);
}

describe('a block', () => {
  test('starts on a cache line, whatever the sizes before it', () => {
    const memory = fourPages();
    const addresses = [1, 63, 64, 65, 1000].map((bytes) => memory.allocate(bytes));
    expect(addresses.map((address) => address % 64)).toEqual([0, 0, 0, 0, 0]);
  });

  test('takes whole cache lines, at least one', () => {
    const memory = fourPages();
    const sizes = [0, 1, 64, 65].map((bytes) => memory.sizeOf(memory.allocate(bytes)));
    expect(sizes).toEqual([64, 64, 64, 128]);
    expect(memory.statistics.bytesInUse).toBe(64 + 64 + 64 + 128);
  });

  test('never has address 0', () => {
    expect(fourPages().allocate(ROOM)).toBeGreaterThan(0);
  });

  test('never ends at 4 GiB, where addresses wrap around to 0', () => {
    const memory = new Memory(new WebAssembly.Memory({ initial: 1, maximum: PAGE }), PAGE * PAGE);
    memory.allocate(2 ** 32 - 3 * PAGE);
    memory.allocate(PAGE);
    expect(errorOf(() => memory.allocate(PAGE)).code).toBe('MEMORY_EXHAUSTED');
    expect(memory.statistics.bytesReserved).toBe(2 ** 32 - PAGE);
  });

  test('takes the place of a freed one that is large enough', () => {
    const memory = fourPages();
    const first = memory.allocate(256);
    memory.allocate(64);
    memory.free(first);
    expect(memory.allocate(200)).toBe(first);
  });

  test('takes the place of neighbours freed in any order', () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
    ]) {
      const memory = fourPages();
      const blocks = [memory.allocate(64), memory.allocate(128), memory.allocate(64)];
      memory.allocate(64);
      for (const i of order) memory.free(blocks[i]!);
      expect(memory.allocate(64 + 128 + 64)).toBe(blocks[0]);
    }
  });

  test('is freed once', () => {
    const memory = fourPages();
    const address = memory.allocate(64);
    memory.free(address);
    expect(() => memory.free(address)).toThrow(`No block starts at address ${address}.`);
    expect(memory.statistics.bytesInUse).toBe(0);
  });
});

describe('growth', () => {
  test('keeps what blocks hold and renews the views', () => {
    const memory = fourPages();
    const address = memory.allocate(64);
    const before = memory.u8;
    memory.u8.fill(7, address, address + 64);

    memory.allocate(2 * PAGE);

    expect(before.length).toBe(0); // the engine detached it
    expect(memory.u8.length).toBeGreaterThan(2 * PAGE);
    expect([...memory.u8.subarray(address, address + 64)]).toEqual(new Array(64).fill(7));
    for (const view of [memory.u8, memory.i32, memory.u32, memory.f32])
      expect(view.buffer).toBe(memory.wasm.buffer);
  });

  test('joins the free end of memory', () => {
    const memory = fourPages();
    const first = memory.allocate(1024);
    expect(memory.allocate(PAGE)).toBe(first + 1024);
  });

  test('goes by a MiB where the maximum allows it', () => {
    const memory = new Memory(new WebAssembly.Memory({ initial: 1, maximum: 64 }), 64 * PAGE);
    memory.allocate(PAGE);
    expect(memory.statistics.bytesReserved).toBe(PAGE + 2 ** 20);
  });

  test('is remembered in the high water mark', () => {
    const memory = fourPages();
    memory.free(memory.allocate(2 * PAGE));
    memory.allocate(64);
    expect(memory.statistics).toMatchObject({ bytesInUse: 64, highWaterMark: 2 * PAGE });
  });
});

describe('exhaustion', () => {
  test('is an error that tells the limit and what was asked for', () => {
    const memory = fourPages();
    memory.allocate(128);
    const error = errorOf(() => memory.allocate(ROOM));
    expect(error.code).toBe('MEMORY_EXHAUSTED');
    expect([error.expected, error.got]).toEqual([4 * PAGE, 128 + ROOM]);
    expect(error.message).toMatch(/Dispose of objects/);
  });

  test('leaves blocks, their content and the statistics as they were', () => {
    const memory = fourPages();
    const address = memory.allocate(64);
    memory.u8.fill(9, address, address + 64);
    const before = memory.statistics;

    errorOf(() => memory.allocate(ROOM));

    expect(memory.statistics).toEqual(before);
    expect([...memory.u8.subarray(address, address + 64)]).toEqual(new Array(64).fill(9));
    expect(memory.allocate(ROOM - 64)).toBe(address + 64);
  });

  test('follows a refusal by the engine below the stated maximum', () => {
    const memory = new Memory(new WebAssembly.Memory({ initial: 1, maximum: 2 }), 4 * PAGE);
    expect(errorOf(() => memory.allocate(3 * PAGE)).code).toBe('MEMORY_EXHAUSTED');
    expect(memory.allocate(2 * PAGE - 1024)).toBe(1024);
  });

  test('does not come before the last byte is in use', () => {
    const memory = fourPages();
    memory.allocate(ROOM);
    expect(memory.statistics).toMatchObject({ bytesInUse: ROOM, bytesReserved: 4 * PAGE });
    expect(errorOf(() => memory.allocate(1)).code).toBe('MEMORY_EXHAUSTED');
  });
});
