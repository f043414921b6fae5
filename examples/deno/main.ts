// GET /search?q=king&k=10: deno serve --allow-read=../data main.ts
import { FlatIndex } from 'lanewise';

const data = new URL('../data/', import.meta.url);
const words = (await Deno.readTextFile(new URL('words.txt', data))).split('\n');
const index = FlatIndex.fromBytes(await Deno.readFile(new URL('words.safetensors', data)));

function problem(status: number, error: string, headers: HeadersInit = {}): Response {
  return Response.json({ error }, { status, headers });
}

function search({ searchParams }: URL): Response {
  const word = searchParams.get('q');
  if (!word) return problem(400, 'Give a word: /search?q=king');
  const k = Number(searchParams.get('k') ?? 10);
  if (!(Number.isInteger(k) && k >= 1 && k <= 100)) {
    return problem(400, 'k must be a whole number from 1 to 100');
  }
  const row = words.indexOf(word);
  const vector = index.get(row);
  if (!vector) return problem(404, `'${word}' is not in the index`);

  const { ids, scores } = index.search(vector, { k: k + 1 });
  const results = [];
  for (const [place, id] of ids.entries()) {
    // The best match of a row is the row itself; -1 stands where there are fewer rows than were asked for.
    if (id >= 0 && id !== row) results.push({ word: words[id], score: scores[place] });
  }
  return Response.json({ results });
}

export default {
  fetch(request) {
    const url = new URL(request.url);
    if (url.pathname !== '/search') return problem(404, 'Not found');
    if (request.method !== 'GET') return problem(405, 'GET only', { Allow: 'GET' });
    return search(url);
  },
} satisfies Deno.ServeDefaultExport;
