import { expect } from 'vitest';
import type { Examples } from './project.ts';

/** What the examples of a search service answer, right and wrong. */
export async function checkService(url: string, examples: Examples): Promise<void> {
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`${url}${path}`, { method });
    expect(response.headers.get('content-type')).toMatch('application/json');
    return { status: response.status, ...((await response.json()) as object) };
  };
  for (const [word, k] of [
    ['king', 10],
    ['paris', 3],
  ] as const) {
    const { results } = (await get(`/search?q=${word}&k=${k}`)) as unknown as { results: { word: string }[] };
    expect(results.map((result) => result.word)).toEqual(examples.nearest(word, k));
  }
  expect(await get('/search')).toMatchObject({ status: 400, error: expect.stringContaining('?q=') });
  for (const k of ['0', '101', '1.5', 'ten', ''])
    expect(await get(`/search?q=king&k=${k}`)).toMatchObject({ status: 400 });
  expect(await get('/search?q=notaword')).toMatchObject({
    status: 404,
    error: "'notaword' is not in the index",
  });
  expect(await get('/nowhere')).toMatchObject({ status: 404 });
  expect(await get('/search?q=king', 'POST')).toMatchObject({ status: 405 });
}
