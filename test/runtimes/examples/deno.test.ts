import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { isMissing, programs } from '../installed.ts';
import { run } from '../packed.ts';
import { startService } from '../service.ts';
import { type Examples, openExamples } from './project.ts';
import { checkService } from './search-service.ts';

let examples: Examples;

beforeAll(async () => {
  examples = await openExamples();
});

afterAll(() => examples?.[Symbol.asyncDispose]());

describe.skipIf(isMissing(programs.deno))('the service in Deno', () => {
  test('searches, and tells what is wrong with a request', async () => {
    const serving = ['serve', '--host=127.0.0.1', '--port=0', '--allow-read=../data', 'main.ts'];
    await using service = await startService(programs.deno.path!, serving, join(examples.folder, 'deno'));
    await checkService(service.url, examples);
  });

  test('has the types that it says', async () => {
    await run(programs.deno.path!, ['check', 'main.ts'], join(examples.folder, 'deno'));
  });
});
