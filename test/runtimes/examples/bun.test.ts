import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing, programs } from '../installed.ts';
import { startService } from '../service.ts';
import { type Examples, openExamples } from './project.ts';

let examples: Examples;

beforeAll(async () => {
  examples = await openExamples();
});

afterAll(() => examples?.[Symbol.asyncDispose]());

describe.skipIf(isMissing(programs.bun))('the service in Bun', () => {
  const start = () =>
    startService(programs.bun.path!, ['run', 'server.ts'], join(examples.folder, 'bun'), {
      PORT: '0',
      DIMENSIONS: '3',
    });

  async function ask(url: string, method: string, path: string, body?: unknown) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(url + path, { method, body: text ?? null });
    const answer = await response.text();
    return { status: response.status, body: answer && JSON.parse(answer) };
  }

  test('keeps what was put and removed, also when it is started again', async () => {
    {
      await using service = await start();
      const rows = [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ];
      const puts = rows.map((row, id) => ask(service.url, 'PUT', `/vectors/${id}`, row));
      for (const { status } of await Promise.all(puts)) expect(status).toBe(204);
      expect(await ask(service.url, 'PUT', '/vectors/2', [0, 1, 1])).toMatchObject({ status: 204 });
    }
    {
      await using service = await start();
      expect(await ask(service.url, 'GET', '/vectors/2')).toEqual({ status: 200, body: [0, 1, 1] });
      expect(await ask(service.url, 'DELETE', '/vectors/1')).toMatchObject({ status: 204 });
    }
    await using service = await start();
    expect(await ask(service.url, 'GET', '/vectors/1')).toMatchObject({ status: 404 });
    // cosine of (1, 1, 0): with (1, 0, 0) it is 1/sqrt(2), with (0, 1, 1) it is 1/2.
    const { body } = await ask(service.url, 'POST', '/search', { vector: [1, 1, 0], k: 5 });
    expect(body).toEqual([
      { id: 0, score: expect.closeTo(Math.SQRT1_2, 6) },
      { id: 2, score: expect.closeTo(0.5, 6) },
    ]);
  });

  test('does not begin anew over a file that is damaged', async () => {
    const path = join(examples.folder, 'bun/data/vectors.safetensors');
    const whole = await readFile(path);
    await writeFile(path, whole.subarray(0, -1));
    await expect(start()).rejects.toThrow(/FILE_\w+/);
    expect(await readFile(path)).toEqual(whole.subarray(0, -1));
    await writeFile(path, whole);
  });

  test('tells what is wrong with a request, and goes on', async () => {
    await using service = await start();
    for (const [method, path, body, status, code] of [
      ['PUT', '/vectors/9', '[1, 0', 400, undefined],
      ['PUT', '/vectors/9', [1, 0], 400, 'DIMENSION_MISMATCH'],
      ['PUT', '/vectors/9', [0, 0, 0], 400, 'ZERO_VECTOR'],
      ['PUT', '/vectors/nine', [1, 0, 0], 400, 'INVALID_ARGUMENT'],
      ['PUT', '/vectors/9', null, 400, 'INVALID_ARGUMENT'],
      ['POST', '/search', { vector: [1, 0, 0], k: 0 }, 400, 'INVALID_ARGUMENT'],
      ['POST', '/search', { vector: [1, 0, 0, 0, 1, 0] }, 400, undefined],
      ['POST', '/search', null, 400, 'INVALID_ARGUMENT'],
      ['GET', '/vectors/9', undefined, 404, undefined],
      ['GET', '/nowhere', undefined, 404, undefined],
    ] as const) {
      const answer = await ask(service.url, method, path, body);
      expect(answer, `${method} ${path} ${JSON.stringify(body)}`).toMatchObject({ status });
      expect(answer.body.code).toBe(code);
      expect(answer.body.error).toMatch(/./);
    }
  });
});
