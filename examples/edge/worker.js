// GET /search?q=king&k=10 on Cloudflare Workers, over an index that lies among the static assets.
import { FlatIndex } from 'lanewise/search';

// An isolate answers many requests. The first to come starts the loading, and those that come meanwhile wait for it, too:
// each loading on its own would fill the 128 MB that an isolate may have.
let loading;

async function asset(env, name) {
  const response = await env.ASSETS.fetch(`https://assets.local/${name}`);
  if (!response.ok) throw new Error(`The asset ${name} is answered with status ${response.status}.`);
  return response;
}

async function load(env) {
  const [bytes, text] = await Promise.all([
    asset(env, 'words.safetensors').then((response) => response.arrayBuffer()),
    asset(env, 'words.txt').then((response) => response.text()),
  ]);
  return { index: FlatIndex.fromBytes(bytes), words: text.split('\n') };
}

function loaded(env, context) {
  if (!loading) {
    loading = load(env);
    const ended = loading.catch((error) => {
      console.error('The index cannot be loaded.', error);
      loading = undefined; // the next request tries again
    });
    // Without this it would end with the request that began it, should the client give that one up.
    context.waitUntil(ended);
  }
  return loading;
}

function search({ index, words }, { searchParams }) {
  const word = searchParams.get('q');
  if (!word) return Response.json({ error: 'Give a word: /search?q=king' }, { status: 400 });
  const k = Number(searchParams.get('k') ?? 10);
  if (!(Number.isInteger(k) && k >= 1 && k <= 100)) {
    return Response.json({ error: 'k must be a whole number from 1 to 100' }, { status: 400 });
  }
  const row = words.indexOf(word);
  if (row < 0) return Response.json({ error: `'${word}' is not in the index` }, { status: 404 });

  const { ids, scores } = index.search(index.get(row), { k: k + 1 });
  const results = [];
  for (const [place, id] of ids.entries()) {
    // The best match of a row is the row itself; -1 stands where there are fewer rows than were asked for.
    if (id >= 0 && id !== row) results.push({ word: words[id], score: scores[place] });
  }
  return Response.json({ results });
}

export default {
  async fetch(request, env, context) {
    const url = new URL(request.url);
    if (url.pathname !== '/search') return Response.json({ error: 'Not found' }, { status: 404 });
    if (request.method !== 'GET') {
      return Response.json({ error: 'GET only' }, { status: 405, headers: { Allow: 'GET' } });
    }
    let found;
    try {
      found = await loaded(env, context);
    } catch {
      // Why not is in the log, and no business of the client.
      return Response.json({ error: 'The index cannot be searched' }, { status: 503 });
    }
    return search(found, url);
  },
};
