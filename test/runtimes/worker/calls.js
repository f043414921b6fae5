// What a thread is asked in every runtime. The package's files are parameters: a page loads other ones than Node does.

const DIMENSIONS = 24;
const ROWS = 3000;
const KINDS = {
  flat: { dimensions: DIMENSIONS, metric: 'l2' },
  ivf: { dimensions: DIMENSIONS, metric: 'cosine', cells: 8, codes: 'pq4' },
  hnsw: { dimensions: DIMENSIONS, metric: 'ip', m: 8, efConstruction: 40 },
  lsh: { dimensions: DIMENSIONS, tables: 6, bits: 7 },
};

function vectors({ Random }, rows, dimensions = DIMENSIONS) {
  const random = new Random(rows);
  return Float32Array.from({ length: rows * dimensions }, () => random.uniform() - 0.5);
}

/** The indexes of the calling thread, behind the interface of a thread. */
function here({ FlatIndex, IvfIndex, HnswIndex, LshIndex }) {
  const classes = { flat: FlatIndex, ivf: IvfIndex, hnsw: HnswIndex, lsh: LshIndex };
  return {
    create: (kind, options) => classes[kind].create(options),
    load: (kind, bytes) => classes[kind].fromBytes(bytes),
  };
}

/** Every answer to the same calls, as text that tells every bit of them. */
async function answers(thread, lanewise) {
  const told = [];
  for (const [kind, options] of Object.entries(KINDS)) {
    const index = await thread.create(kind, options);
    told.push(await index.build(vectors(lanewise, ROWS)));
    told.push(await index.add(vectors(lanewise, 2), { ids: [7000, 6000] }));
    told.push(await index.remove(Int32Array.of(1, 2, 3, 9999)));
    told.push(...(await questions(index, lanewise)));
    const bytes = await index.toBytes();
    told.push(bytes);
    const again = await thread.load(kind, bytes);
    told.push(...(await questions(again, lanewise)));
    await again.dispose();
    await index.dispose();
  }
  return JSON.stringify(told, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value));
}

async function questions(index, lanewise) {
  const queries = vectors(lanewise, 3);
  const query = queries.subarray(DIMENSIONS, 2 * DIMENSIONS);
  const filter = lanewise.Bitmap.range(10, 900).or(lanewise.Bitmap.of([6000]));
  return [
    await index.search(queries, { k: 5, stats: true }),
    await index.search(query, { k: 5, filter }),
    await index.search(Array.from(query), { exact: index.efforts ? true : 'scan' }),
    await index.range(query, { radius: (await index.metric) === 'l2' ? 1.4 : 0.6, filter }),
    [await index.get(0), await index.get(1), await index.has(7000), await index.has(1)],
    [await index.size, await index.dimensions, await index.metric, await index.memoryUsage()],
    await index.efforts?.(),
  ];
}

async function digest(text) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function errorOf(promise) {
  return promise.then(
    () => 'none',
    (error) => error,
  );
}

/**
 * Opens a thread, asks it everything, and tells what came of it. The thread stays open, with nothing to do.
 *
 * @param lanewise what `lanewise` exports
 * @param openThread what `lanewise/worker` exports
 */
export async function run(lanewise, openThread) {
  const thread = await openThread();
  const before = (await thread.capabilities()).memory.bytesInUse;
  const remote = await answers(thread, lanewise);
  const local = await answers(here(lanewise), lanewise);
  const after = (await thread.capabilities()).memory.bytesInUse;

  const index = await thread.create('hnsw', { dimensions: 100 });
  const kept = vectors(lanewise, 100, 100);
  await index.add(kept);
  const given = vectors(lanewise, 20_000, 100);
  const controller = new AbortController();
  const reason = new Error('of the signal');
  let isBuilding = true;
  const aborted = errorOf(
    index.build(given, {
      transfer: true,
      signal: controller.signal,
      onProgress: async ({ done }) => {
        if (done === 0 || controller.signal.aborted) return;
        // A search passes between the slices of the build, and so does the abort.
        if ((await index.search(kept.subarray(0, 100), { k: 1 })).ids[0] === 0 && isBuilding)
          controller.abort(reason);
      },
    }),
  ).finally(() => {
    isBuilding = false;
  });
  const bytesAfterTransfer = given.byteLength;
  const thrown = await aborted;

  const refused = await errorOf(index.search([1, 2, 3]));
  const local100 = await lanewise.HnswIndex.create({ dimensions: 100 });
  const refusedHere = await errorOf((async () => local100.search([1, 2, 3]))());
  const size = await index.size;
  await index.dispose();
  const disposed = await errorOf(index.search(kept));

  const failing = await openThread();
  const left = errorOf(
    (await failing.create('flat', { dimensions: 2 })).build(vectors(lanewise, 50_000, 100)),
  );
  await failing.close();

  return JSON.stringify({
    remote: await digest(remote),
    local: await digest(local),
    characters: remote.length,
    bytesLeft: after - before,
    bytesKept: kept.byteLength,
    bytesAfterTransfer,
    isReason: thrown === reason,
    size,
    refused: [refused.code, refused.message, refused.expected, refused.got],
    refusedHere: [refusedHere.code, refusedHere.message, refusedHere.expected, refusedHere.got],
    disposed: disposed.code,
    left: (await left).code,
    closed: (await errorOf(failing.create('flat', { dimensions: 2 }))).code,
  });
}
