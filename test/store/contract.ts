import type { Store } from '../../src/store/index.ts';

/** How a file is damaged behind the back of its store. */
export type Damage = 'truncated' | 'altered' | 'extended' | 'emptied';

/** A store under test. Where it is read-only, what saves and deletes stands beside it. */
export interface Subject {
  readonly store: Store;
  damage(name: string, damage: Damage): Promise<void>;
}

/** Bytes that depend on their place, so that a misplaced piece is noticed: those of a linear generator. */
export function makeBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

function check(claim: boolean, message: string): void {
  if (!claim) throw new Error(message);
}

function sameBytes(got: Uint8Array, expected: Uint8Array): void {
  check(got.length === expected.length, `${got.length} bytes instead of ${expected.length}`);
  const place = got.findIndex((byte, at) => byte !== expected[at]);
  check(place < 0, `byte ${place} differs`);
}

async function codeOf(run: () => Promise<unknown>): Promise<unknown> {
  const error = await errorOf(run);
  return (error as { code?: unknown }).code ?? error;
}

async function errorOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

async function expectCode(code: string, run: () => Promise<unknown>): Promise<void> {
  const got = await codeOf(run);
  check(got === code, `expected ${code}, got ${got}`);
}

/** Runs in pages too: plain code, without a test framework. Each sentence begins with an empty store. */
export const CONTRACT: Readonly<Record<string, (subject: Subject) => Promise<void>>> = {
  async 'what was saved is loaded, of any length around the size of a piece'({ store }) {
    for (const length of [0, 1, 15, 16, 17, 4_194_303, 4_194_304, 4_194_305, 9_000_001]) {
      const bytes = makeBytes(length);
      await store.save('file.bin', bytes);
      sameBytes(await store.load('file.bin'), bytes);
    }
  },

  async 'parts are written in order: an array, a generator, a stream, pieces of uneven length'({ store }) {
    const bytes = makeBytes(5_000_000);
    const cuts = [0, 1, 1, 100, 4_200_000, 4_200_001, 5_000_000];
    const parts = cuts.slice(1).map((to, i) => bytes.subarray(cuts[i], to));
    async function* generate() {
      for (const part of parts) yield part;
    }
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of parts) controller.enqueue(part.slice());
        controller.close();
      },
    });
    for (const form of [parts, new Set(parts), generate(), stream]) {
      await store.save('parts', form);
      sameBytes(await store.load('parts'), bytes);
      await store.delete('parts');
    }
  },

  async 'a new version takes the place of the old one, be it shorter or longer'({ store }) {
    for (const length of [1000, 10, 5_000_000, 100]) {
      await store.save('file', makeBytes(length, length));
      sameBytes(await store.load('file'), makeBytes(length, length));
      const [{ bytes } = { bytes: -1 }] = await store.list();
      check(bytes === length, `the list says ${bytes}`);
    }
  },

  async 'the list is sorted by name and holds what was saved, and no more'({ store }) {
    check((await store.list()).length === 0, 'a new store is empty');
    for (const name of ['b', 'a.safetensors', 'größe (1)', 'Z']) await store.save(name, makeBytes(3));
    const names = (await store.list()).map(({ name }) => name);
    check(names.join('|') === 'Z|a.safetensors|b|größe (1)', names.join('|'));
    sameBytes(await store.load('größe (1)'), makeBytes(3));
  },

  async 'a deleted file is gone, and deleting it again says that there was none'({ store }) {
    await store.save('file', makeBytes(100));
    check((await store.delete('file')) === true, 'the first time');
    check((await store.delete('file')) === false, 'the second time');
    check((await store.list()).length === 0, 'the list is empty');
    await expectCode('NOT_FOUND', () => store.load('file'));
    await store.save('file', makeBytes(10));
    sameBytes(await store.load('file'), makeBytes(10));
  },

  async 'a file that is not there is NOT_FOUND'({ store }) {
    await expectCode('NOT_FOUND', () => store.load('nothing'));
    await expectCode('NOT_FOUND', () => store.open('nothing'));
  },

  async 'names that would leave the store, or that are its own, are refused'({ store }) {
    const wrong = ['', '.', '..', '../up', 'a/b', 'a\\b', '/etc', '.hidden', 'x.part', 'x.seals', 'a\0b'];
    for (const name of [...wrong, 'nul', 'COM1.txt', 'end.', 'end ', 'a'.repeat(201), 'e\u0301', 'a:b']) {
      await expectCode('INVALID_ARGUMENT', () => store.save(name, makeBytes(3)));
      await expectCode('INVALID_ARGUMENT', () => store.load(name));
      await expectCode('INVALID_ARGUMENT', () => store.open(name));
      await expectCode('INVALID_ARGUMENT', () => store.delete(name));
    }
    await expectCode('INVALID_ARGUMENT', () => store.load(7 as never));
    check((await store.list()).length === 0, 'nothing was saved');
  },

  async 'parts that are no bytes are refused, and the previous version stays'({ store }) {
    await store.save('file', makeBytes(10));
    for (const parts of ['text', [[1, 2]], new ArrayBuffer(3), undefined, 5] as never[])
      await expectCode('INVALID_ARGUMENT', () => store.save('file', parts));
    sameBytes(await store.load('file'), makeBytes(10));
  },

  async 'a damaged file is not loaded: truncated, altered, extended or emptied'({ store, damage }) {
    for (const length of [100, 5_000_000]) {
      for (const kind of ['truncated', 'altered', 'extended', 'emptied'] as const) {
        await store.save('file', makeBytes(length));
        await damage('file', kind);
        const code = await codeOf(() => store.load('file'));
        const isKnown = code === 'FILE_CORRUPT' || code === 'FILE_TRUNCATED';
        check(isKnown, `${kind}, ${length} bytes: ${code}`);
      }
    }
    await store.save('file', makeBytes(7));
    sameBytes(await store.load('file'), makeBytes(7));
  },

  async 'an error of the parts is thrown as it is, and the previous version stays'({ store }) {
    const failure = Object.assign(new Error('the source failed'), { code: 'ENOENT' });
    function* failing() {
      yield makeBytes(5_000_000);
      throw failure;
    }
    await store.save('file', makeBytes(10));
    check((await errorOf(() => store.save('file', failing()))) === failure, 'the very error');
    check((await errorOf(() => store.save('other', failing()))) === failure, 'the very error');
    sameBytes(await store.load('file'), makeBytes(10));
    check((await store.list()).length === 1, 'the list holds the previous version');
  },

  async 'an aborted save throws the reason of the signal, and the previous version stays'({ store }) {
    await store.save('file', makeBytes(10));
    const reason = new Error('enough');
    for (const pieces of [0, 1, 2, 3]) {
      const stop = new AbortController();
      let seen = 0;
      const onProgress = () => {
        seen += 1;
        if (seen === pieces) stop.abort(reason);
      };
      if (pieces === 0) stop.abort(reason);
      const save = () => store.save('file', makeBytes(12_000_000), { signal: stop.signal, onProgress });
      const got = await errorOf(save);
      // The last report may come when all is saved: then nothing is left to abort.
      check(got === reason || pieces === 3, `${pieces}: ${got}`);
      if (got === reason) sameBytes(await store.load('file'), makeBytes(10));
    }
  },

  async 'an abort is heeded while a stream waits, and the stream is cancelled'({ store }) {
    await store.save('file', makeBytes(10));
    const reason = new Error('enough');
    const stop = new AbortController();
    let wasCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      // Gives one part, and is then silent for ever.
      start: (controller) => controller.enqueue(makeBytes(5_000_000)),
      pull: () => {
        stop.abort(reason);
        return new Promise(() => {});
      },
      cancel: () => {
        wasCancelled = true;
      },
    });
    check(
      (await errorOf(() => store.save('file', stream, { signal: stop.signal }))) === reason,
      'the reason',
    );
    check(wasCancelled, 'cancelled');
    sameBytes(await store.load('file'), makeBytes(10));
  },

  async 'an aborted load throws the reason of the signal'({ store }) {
    await store.save('file', makeBytes(9_000_000));
    const reason = new Error('enough');
    check(
      (await errorOf(() => store.load('file', { signal: AbortSignal.abort(reason) }))) === reason,
      'before',
    );
    const stop = new AbortController();
    const load = () =>
      store.load('file', { signal: stop.signal, onProgress: ({ done }) => done > 0 && stop.abort(reason) });
    check((await errorOf(load)) === reason, 'while it loads');
    sameBytes(await store.load('file'), makeBytes(9_000_000));
  },

  async 'progress counts bytes up to all of them'({ store }) {
    const seen: number[] = [];
    let last = 0;
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      check(done <= total, `${done} of ${total}`);
      seen.push(done);
      last = total;
    };
    await store.save('file', makeBytes(9_000_000), { onProgress });
    check(seen.at(-1) === 9_000_000 && last === 9_000_000 && seen.length > 2, `saved ${seen}`);
    seen.length = 0;
    await store.load('file', { onProgress });
    check(seen.at(-1) === 9_000_000 && last === 9_000_000, `loaded ${seen}`);
    check(
      seen.every((done, i) => i === 0 || done >= seen[i - 1]!),
      'in order',
    );
  },

  async 'an opened file gives any range of its bytes'({ store }) {
    const bytes = makeBytes(9_000_000);
    await store.save('file', bytes);
    const file = await store.open('file');
    check(file.name === 'file' && file.bytes === bytes.length, `${file.name} ${file.bytes}`);
    const ranges = [
      [0, 0],
      [0, 8],
      [4_194_300, 4_194_310],
      [8_999_999, 9_000_000],
      [9_000_000, 9_000_000],
      [0, 9_000_000],
      [10_000, 20_000],
    ];
    for (const [from, to] of ranges as [number, number][])
      sameBytes(await file.read(from, to), bytes.subarray(from, to));
    for (const [from, to] of [
      [-1, 5],
      [5, 4],
      [0, 9_000_001],
      [0.5, 2],
      [Number.NaN, 3],
    ] as [number, number][])
      await expectCode('INVALID_ARGUMENT', () => file.read(from, to));
  },

  async 'ranges of an opened file never come from two versions'({ store }) {
    await store.save('file', makeBytes(5_000_000));
    const file = await store.open('file');
    await store.save('file', makeBytes(5_000_000, 2));
    // What was fetched with the opening may still be given.
    const got = await errorOf(async () =>
      sameBytes(await file.read(2_000_000, 2_000_100), makeBytes(5_000_000).subarray(2_000_000, 2_000_100)),
    );
    const isSafe = got === 'nothing was thrown' || (got as { code?: string }).code === 'FILE_CHANGED';
    check(isSafe, String(got));
    sameBytes(await (await store.open('file')).read(0, 100), makeBytes(100, 2));
  },

  async 'saves of one name at a time leave one of the versions, whole'({ store }) {
    const versions = [makeBytes(5_000_000, 1), makeBytes(4_999_999, 2), makeBytes(20, 3)];
    await Promise.allSettled(versions.map((bytes) => store.save('file', bytes)));
    const got = await store.load('file');
    sameBytes(got, versions.find(({ length }) => length === got.length)!);
    check((await store.list()).length === 1, 'one file');
  },
};
