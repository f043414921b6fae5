import { expect, test } from 'vitest';
import { PROTOCOL } from '../../src/worker/protocol.ts';
import { Service } from '../../src/worker/service.ts';

interface Reply {
  readonly call: number;
  readonly is: string;
  readonly value: { readonly code?: string; readonly object?: number; readonly ids?: Int32Array };
}

/** A service with one empty index, number 1, and what it has sent. */
async function withIndex() {
  const sent: { reply: Reply; buffers: readonly ArrayBuffer[] }[] = [];
  const service = new Service((reply, buffers) => sent.push({ reply: reply as Reply, buffers }));
  const ask = async (message: object): Promise<Reply> => {
    sent.length = 0;
    await service.receive({ lanewise: PROTOCOL, call: 9, object: 1, args: [], isWatched: false, ...message });
    return sent[0]!.reply;
  };
  const made = await ask({ object: 0, name: 'create', args: ['hnsw'], options: { dimensions: 2 } });
  expect(made).toMatchObject({ is: 'made', value: { object: 1 } });
  return { service, ask, sent };
}

test.each([
  'constructor',
  '__proto__',
  'hasOwnProperty',
  'toString',
  '__defineGetter__',
  'valueOf',
  'fromBytes',
  'search.call',
  '#store',
  '',
])('%j is no method of an index, nor of the thread', async (name) => {
  const { ask } = await withIndex();
  expect(await ask({ name })).toMatchObject({ is: 'failure', value: { code: 'INVALID_ARGUMENT' } });
  expect(await ask({ name, object: 0 })).toMatchObject({
    is: 'failure',
    value: { code: 'INVALID_ARGUMENT' },
  });
});

test.each(['__proto__', 'constructor', 'toString', '', undefined, 3, ['flat']])(
  '%j is no kind of index',
  async (kind) => {
    const { ask } = await withIndex();
    const args = [kind];
    for (const name of ['create', 'load'])
      expect(await ask({ object: 0, name, args })).toMatchObject({
        is: 'failure',
        value: { code: 'INVALID_ARGUMENT' },
      });
  },
);

test.each([2, -1, 1e9])('there is no object %j', async (object) => {
  const { ask } = await withIndex();
  expect(await ask({ name: 'search', object })).toMatchObject({ is: 'failure', value: { code: 'DISPOSED' } });
});

test('messages that are not ours, or of no use, are passed over', async () => {
  const { service, sent } = await withIndex();
  sent.length = 0;
  const call = { lanewise: PROTOCOL, call: 1, object: 1, name: 'compact', args: [], isWatched: false };
  const strange: unknown[] = [
    ...[undefined, null, 0, 'compact', [], {}, { type: 'ping' }],
    ...[
      { ...call, lanewise: undefined },
      { ...call, lanewise: PROTOCOL + 1 },
      { ...call, call: 'one' },
    ],
    ...[
      { ...call, object: '1' },
      { ...call, name: 1 },
      { ...call, args: undefined },
      { ...call, args: 'a' },
    ],
    { lanewise: PROTOCOL, call: 77, abort: true },
  ];
  for (const message of strange) await service.receive(message);
  expect(sent).toEqual([]);
  await service.receive(call);
  expect(sent).toHaveLength(1);
});

test('options cannot reach what is not theirs', async () => {
  const { ask } = await withIndex();
  const options = JSON.parse('{ "__proto__": { "dimensions": 3 }, "constructor": 1 }') as object;
  expect(await ask({ object: 0, name: 'create', args: ['flat'], options })).toMatchObject({ is: 'failure' });
  expect(({} as { dimensions?: number }).dimensions).toBeUndefined();
});

test("a result's arrays go along with their buffers", async () => {
  const { ask, sent } = await withIndex();
  await ask({ name: 'add', args: [Float32Array.of(1, 2, 3, 4)] });
  const { value } = await ask({
    name: 'search',
    args: [Float32Array.of(1, 2)],
    options: { k: 2, stats: true },
  });
  const { ids, scores, rescored, visited } = value as unknown as Record<string, Int32Array>;
  expect(sent[0]!.buffers).toEqual([ids!.buffer, scores!.buffer, rescored!.buffer, visited!.buffer]);
  for (const name of ['toBytes', 'get'])
    expect((await ask({ name, args: [0] })).value).toMatchObject({ buffer: sent[0]!.buffers[0] });
});

test('an answer that no message carries is an error all the same', async () => {
  const replies: Reply[] = [];
  let isFirst = true;
  const service = new Service((reply) => {
    if (isFirst) {
      isFirst = false;
      throw new Error('It cannot be cloned.');
    }
    replies.push(reply as Reply);
  });
  await service.receive({ lanewise: PROTOCOL, call: 4, object: 0, name: 'capabilities', args: [] });
  expect(replies).toMatchObject([{ call: 4, is: 'thrown' }]);
});
