import { describe, expect, test } from 'vitest';
import { Arena } from '../../src/host/arena.ts';
import { dispose, Lifetime } from '../../src/host/disposal.ts';
import { Memory } from '../../src/host/memory.ts';
import { FlatIndex } from '../../src/search/flat.ts';
import { errorOf } from './error-of.ts';

function newMemory(): Memory {
  return new Memory(new WebAssembly.Memory({ initial: 1, maximum: 1 }), 65_536);
}

/** An owner of `bytes` bytes of `memory`. */
class Owner {
  readonly arena: Arena;
  readonly lifetime: Lifetime;

  constructor(memory: Memory, bytes: number) {
    this.arena = new Arena(memory);
    this.lifetime = new Lifetime(this, 'Owner', this.arena);
    this.arena.allocate(bytes);
  }
}

/** Collects garbage until `isDone`, for two seconds at most: finalizers run in some later turn. */
async function collectUntil(isDone: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 100 && !isDone(); attempt++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('an arena', () => {
  test('counts what its blocks take, and gives all of them back at once', () => {
    const memory = newMemory();
    const others = memory.allocate(64);
    const arena = new Arena(memory);
    const first = arena.allocate(1);
    arena.allocate(100);
    expect(arena.bytes).toBe(64 + 128);

    arena.free(first);
    expect(arena.bytes).toBe(128);

    arena.release();
    arena.release();
    expect(arena.bytes).toBe(0);
    expect(memory.statistics.bytesInUse).toBe(memory.sizeOf(others));
  });

  test('is unchanged by an allocation that fails', () => {
    const arena = new Arena(newMemory());
    arena.allocate(64);
    expect(errorOf(() => arena.allocate(65_536)).code).toBe('MEMORY_EXHAUSTED');
    expect(arena.bytes).toBe(64);
  });
});

describe('a lifetime', () => {
  test('lets calls through until it ends', () => {
    const { lifetime } = new Owner(newMemory(), 64);
    lifetime.check();
    lifetime.end();
    const error = errorOf(() => lifetime.check());
    expect([lifetime.isDisposed, error.code]).toEqual([true, 'DISPOSED']);
    expect(error.message).toContain('Owner');
  });

  test('gives memory back once: what others allocate afterwards is not touched by a second end', () => {
    const memory = newMemory();
    const { lifetime } = new Owner(memory, 64);
    lifetime.end();
    memory.allocate(64);
    lifetime.end();
    expect(memory.statistics.bytesInUse).toBe(64);
  });

  test('ends by itself when its owner is collected', async () => {
    const memory = newMemory();
    (() => new Owner(memory, 640))();
    expect(memory.statistics.bytesInUse).toBe(640);
    await collectUntil(() => memory.statistics.bytesInUse === 0);
    expect(memory.statistics.bytesInUse).toBe(0);
  });

  test('does not end while its owner is held', async () => {
    const memory = newMemory();
    const owner = new Owner(memory, 640);
    (() => new Owner(memory, 64))(); // once this one is collected, finalizers have run
    await collectUntil(() => memory.statistics.bytesInUse === 640);
    expect(memory.statistics.bytesInUse).toBe(640);
    owner.lifetime.check();
  });
});

describe('an index', () => {
  test('is disposed of by the well-known symbol, which a `using` declaration calls', async () => {
    const index = await FlatIndex.create({ dimensions: 4 });
    expect(dispose).toBe(Symbol.dispose ?? Symbol.for('Symbol.dispose'));
    index[dispose]();
    expect(errorOf(() => index.size).code).toBe('DISPOSED');
    index.dispose();
  });
});
