// A live index behind HTTP: rows come and go, and a change is on disk before it is answered.
//   FOLDER=data DIMENSIONS=100 bun run server.ts
//   PUT, GET and DELETE /vectors/7    body of PUT: [0.1, 0.2, ...]
//   POST /search                      body: { "vector": [0.1, 0.2, ...], "k": 10 }
import { FlatIndex, LanewiseError } from 'lanewise';
import { FileStore } from 'lanewise/store';

const NAME = 'vectors.safetensors';
const store = await FileStore.open(Bun.env['FOLDER'] ?? 'data');
const index = await open();

async function open(): Promise<FlatIndex> {
  try {
    return FlatIndex.fromBytes(await store.load(NAME));
  } catch (error) {
    // Only where nothing was saved yet does an index begin empty: a damaged file must not be written over.
    if (!(error instanceof LanewiseError && error.code === 'NOT_FOUND')) throw error;
    return FlatIndex.create({ dimensions: Number(Bun.env['DIMENSIONS'] ?? 100), metric: 'cosine' });
  }
}

const MOST_RESULTS = 1000;
/** What the client can mend; any other failure is the server's. */
const CLIENT_ERRORS = new Set(['INVALID_ARGUMENT', 'DIMENSION_MISMATCH', 'INVALID_VALUE', 'ZERO_VECTOR']);

let lastSave = Promise.resolve();

/** Saves are made one after the other, so that the last one holds what all have changed. */
function save(): Promise<void> {
  lastSave = lastSave.catch(() => {}).then(() => store.save(NAME, index.toBytes()));
  return lastSave;
}

function problem(status: number, error: string, code?: string): Response {
  return Response.json({ error, code }, { status });
}

const server = Bun.serve({
  port: Number(Bun.env['PORT'] ?? 3000),
  hostname: '127.0.0.1', // whoever reaches it may change the index: put a check of who asks before it
  routes: {
    '/vectors/:id': {
      GET({ params }) {
        const vector = index.get(Number(params.id));
        return vector ? Response.json(Array.from(vector)) : problem(404, `There is no vector ${params.id}.`);
      },
      async PUT(request) {
        index.add(await request.json(), { ids: [Number(request.params.id)], replace: true });
        await save();
        return new Response(null, { status: 204 });
      },
      async DELETE({ params }) {
        if (index.remove(Number(params.id)) > 0) await save();
        return new Response(null, { status: 204 });
      },
    },
    '/search': {
      async POST(request) {
        const { vector, k = 10 } = (await request.json()) ?? {};
        if (vector?.length > index.dimensions) return problem(400, 'One vector at a time.');
        const { ids, scores } = index.search(vector, { k: Math.min(k, MOST_RESULTS) });
        const results = Array.from(ids, (id, place) => ({ id, score: scores[place] }));
        // -1 stands where there are fewer rows than were asked for.
        return Response.json(results.filter(({ id }) => id >= 0));
      },
    },
  },
  fetch: () => problem(404, 'Not found'),
  error(error) {
    if (error instanceof SyntaxError) return problem(400, 'The body is not JSON.');
    if (error instanceof LanewiseError && CLIENT_ERRORS.has(error.code)) {
      return problem(400, error.message, error.code);
    }
    console.error(error);
    return problem(500, 'Internal error');
  },
});

console.log(`${index.size} vectors at ${server.url}`);
