import { Bitmap, Bm25Index, capabilities, type ErrorCode } from 'lanewise';
import { beforeEach, describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { sameBytes } from '../search/answers.ts';

const TEXTS = ['the cat sat', 'the dog', 'a zebra'];
let index: Bm25Index;
let file: Uint8Array;

beforeEach(async () => {
  index = await Bm25Index.create();
  index.add(TEXTS);
  file = index.toBytes();
});

/** The code of what a call throws, after which the index must be as it was. */
function refused(call: () => unknown): ErrorCode {
  const { code } = errorOf(call);
  expectUnchanged();
  return code;
}

function expectUnchanged(): void {
  expect(sameBytes(index.toBytes(), file)).toBe(true);
  expect([index.size, index.terms, index.averageLength]).toEqual([3, 6, 7 / 3]);
  expect(index.search('the new cat', { k: 3 }).ids).toEqual(Int32Array.of(0, 1, -1));
}

// What JavaScript lets through and TypeScript would not.
const wrong = (value: unknown) => value as never;

describe('bad input', () => {
  test('to create is refused', async () => {
    for (const options of [
      ...[{ k1: -1 }, { k1: Number.NaN }, { k1: 1001 }, { k1: '1' }, { b: -0.1 }, { b: 1.1 }, { b: null }],
      ...[{ tokenizer: 'words' }, { tokenizer: null }],
    ]) {
      await expect(Bm25Index.create(wrong(options))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  test('to add is refused, and nothing is added', () => {
    for (const texts of ['new', undefined, 3, ['new', 3], [null], new Float32Array(2)])
      expect(refused(() => index.add(wrong(texts)))).toBe('INVALID_ARGUMENT');
    for (const ids of [[-1], [1.5], [2 ** 31], ['7'], 'x'])
      expect(refused(() => index.add(['new'], { ids: wrong(ids) }))).toBe('INVALID_ARGUMENT');
    expect(refused(() => index.add(['new'], { ids: [7, 8] }))).toBe('DIMENSION_MISMATCH');
    expect(refused(() => index.add(['new', 'words'], { ids: [7, 7] }))).toBe('DUPLICATE_ID');
    expect(refused(() => index.add(['new', 'words'], { ids: [7, 1] }))).toBe('DUPLICATE_ID');
    expect(refused(() => index.update([7, 7], ['new', 'words']))).toBe('DUPLICATE_ID');
  });

  test('to search and remove is refused', () => {
    for (const queries of [undefined, 3, ['cat', 3], {}])
      expect(refused(() => index.search(wrong(queries)))).toBe('INVALID_ARGUMENT');
    for (const k of [0, -1, 1.5, Number.NaN, 2 ** 31, '3'])
      expect(refused(() => index.search('cat', { k: wrong(k) }))).toBe('INVALID_ARGUMENT');
    for (const filter of [[1], (id: number) => id > 0, null])
      expect(refused(() => index.search('cat', { filter: wrong(filter) }))).toBe('INVALID_ARGUMENT');
    for (const ids of [-1, 'x', [0.5]])
      expect(refused(() => index.remove(wrong(ids)))).toBe('INVALID_ARGUMENT');
    expect(refused(() => index.update(wrong(undefined), ['new']))).toBe('INVALID_ARGUMENT');
  });

  test('to fromBytes is refused', () => {
    expect(refused(() => Bm25Index.fromBytes(wrong('bytes')))).toBe('INVALID_ARGUMENT');
    expect(refused(() => Bm25Index.fromBytes(new Bitmap().toBytes()))).toBe('FILE_FORMAT');
    expect(refused(() => Bm25Index.fromBytes(file, { tokenizer: wrong(3) }))).toBe('INVALID_ARGUMENT');
  });

  test('of more results than arrays hold says so', () => {
    const queries = Array.from({ length: 5 }, () => 'cat');
    expect(refused(() => index.search(queries, { k: 2 ** 31 - 1 }))).toBe('MEMORY_EXHAUSTED');
    expect(refused(() => index.search('cat', { k: 2 ** 28 + 1 }))).toBe('MEMORY_EXHAUSTED');
  });

  test('automatic ids that are used up say so', async () => {
    const full = await Bm25Index.create();
    full.add(['last'], { ids: [2 ** 31 - 1] });
    expect(errorOf(() => full.add(['more'])).code).toBe('INVALID_ARGUMENT');
    expect(full.size).toBe(1);
  });
});

describe('a tokenizer that fails', () => {
  test('leaves the index as it was, whatever it gave before', async () => {
    const strange = await Bm25Index.create({
      *tokenizer(text) {
        yield* text.split(' ');
        if (text.includes('stop')) throw new TypeError('No more.');
        if (text.includes('number')) yield 7 as never;
      },
    });
    strange.add(['one two', 'two']);
    const before = strange.toBytes();
    expect(() => strange.add(['three', 'two four stop'])).toThrow(TypeError);
    expect(() => strange.search('one stop')).toThrow(TypeError);
    expect(errorOf(() => strange.add(['three number'])).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => strange.search('number')).code).toBe('INVALID_ARGUMENT');
    expect(sameBytes(strange.toBytes(), before)).toBe(true);
    expect([strange.size, strange.terms]).toEqual([2, 2]);
    expect(strange.add(['three'])).toEqual(Int32Array.of(2));
    expect(strange.search('three', { k: 2 }).ids).toEqual(Int32Array.of(2, -1));
  });
});

test.each([
  ['a string', (text: string) => text],
  ['a promise', async (text: string) => [text]],
  ['nothing', () => undefined],
])('a tokenizer that gives %s is refused', async (_, tokenizer) => {
  const strange = await Bm25Index.create({ tokenizer: wrong(tokenizer) });
  expect(errorOf(() => strange.add(['words'])).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => strange.search('words')).code).toBe('INVALID_ARGUMENT');
  expect([strange.size, strange.terms]).toEqual([0, 0]);
});

test('a tokenizer that disposes of its index leaves no memory behind', async () => {
  const before = capabilities().memory.bytesInUse;
  for (const call of ['add', 'build'] as const) {
    const doomed = await Bm25Index.create({
      tokenizer: (text) => {
        doomed.dispose();
        return text.split(' ');
      },
    });
    await expect((async () => doomed[call](['a b', 'c']))()).rejects.toMatchObject({ code: 'DISPOSED' });
    expect(capabilities().memory.bytesInUse).toBe(before);
  }
});

describe('a disposed index', () => {
  test('refuses every call, and disposing again is harmless', () => {
    index.dispose();
    index.dispose();
    const calls = [
      ...[() => index.add(['x']), () => index.search('x'), () => index.remove(1), () => index.has(1)],
      ...[() => index.size, () => index.terms, () => index.averageLength, () => index.memoryUsage()],
      ...[() => index.toBytes(), () => index.compact(), () => index.update([1], ['x'])],
    ];
    for (const call of calls) expect(errorOf(call).code).toBe('DISPOSED');
  });
});

describe('a build', () => {
  const many = Array.from({ length: 3000 }, (_, i) => `common word${i} and word${i % 50}`);

  test('gives what add gives, and reports its progress', async () => {
    const built = await Bm25Index.create();
    let last = { done: -1, total: -1 };
    const ids = await built.build(many, {
      onProgress: (progress) => {
        expect(progress.done).toBeGreaterThan(last.done);
        last = progress;
      },
    });
    expect(last).toEqual({ done: 3000, total: 3000 });
    const added = await Bm25Index.create();
    expect(added.add(many)).toEqual(ids);
    expect(sameBytes(built.toBytes(), added.toBytes())).toBe(true);
  });

  test('that is aborted, or finds a bad text, leaves the index as it was', async () => {
    await expect(index.build(many, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expectUnchanged();
    const abort = new AbortController();
    const stopped = index.build(many, {
      signal: abort.signal,
      onProgress: () => abort.abort(new Error('enough')),
    });
    await expect(stopped).rejects.toThrow('enough');
    expectUnchanged();
    await expect(index.build([...many, wrong(1)])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expectUnchanged();
  });

  test('lets searches go on, shows nothing before its end, and lets no change through', async () => {
    const before = index.search('the cat common', { k: 4 });
    let looks = 0;
    await index.build(many, {
      onProgress: ({ done, total }) => {
        if (done === total) return;
        looks++;
        expect(index.search('the cat common', { k: 4 })).toEqual(before);
        expect([index.size, index.terms]).toEqual([3, 6]);
        for (const call of [
          ...[() => index.add(['x']), () => index.remove(0), () => index.compact(), () => index.toBytes()],
        ])
          expect(errorOf(call).code).toBe('INVALID_ARGUMENT');
      },
      // Slow enough for several slices.
      signal: new AbortController().signal,
    });
    expect(index.size).toBe(3003);
    expect(index.search('common', { k: 4 }).ids).not.toContain(-1);
    expect(looks).toBeGreaterThanOrEqual(0);
  });

  test.each(['grows', 'shrinks'])('of a list that %s meanwhile is of what it held', async (how) => {
    const texts = many.slice(0, 70);
    const built = await Bm25Index.create({
      tokenizer: (text) => {
        texts.length = how === 'grows' ? 200 : 1;
        return text.split(' ');
      },
    });
    expect(await built.build(texts)).toHaveLength(70);
    const { ids } = built.search('common', { k: 100 });
    expect(ids.slice(0, 71).sort()).toEqual(Int32Array.from({ length: 71 }, (_, i) => i - 1));
  });

  test('of an index that is disposed of meanwhile ends with DISPOSED', async () => {
    const building = index.build(many, { onProgress: () => index.dispose() });
    await expect(building).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
