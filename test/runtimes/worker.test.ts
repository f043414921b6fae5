import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, openChromium, openFirefox, type Tab } from './browsers.ts';
import { isMissing, programs } from './installed.ts';
import { POLICY_WITHOUT_WASM, type Server, STRICT_POLICY, serve } from './server.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
const POLICY = 'Content-Security-Policy';

/** Milliseconds of a frame. */
const FRAME = 1000 / 60;

/** What `run` of worker/calls.js tells. */
interface Told {
  readonly remote: string;
  readonly local: string;
  readonly [what: string]: unknown;
}

/** The same in every runtime and tier: the hash of every answer and file, as the calling thread gives them. */
const ANSWERS = '4ce0d8dda72e666c5fba31fbd660a515666f3900c6202597dbeae77c42f8a273';

function check(told: Told): void {
  expect(told.local).toBe(ANSWERS);
  expect(told.remote).toBe(ANSWERS);
  // Disposed objects give all their memory back; an array that was not transferred stays, one that was is gone.
  expect(told).toMatchObject({ bytesLeft: 0, bytesKept: 40_000, bytesAfterTransfer: 0 });
  // An abort that the search between two slices asked for: with the signal's own reason, and nothing was added.
  expect(told).toMatchObject({ isReason: true, size: 100 });
  expect(told['refused']).toEqual(told['refusedHere']);
  expect(told['refused']).toMatchObject(['DIMENSION_MISMATCH', expect.any(String), 100, 3]);
  expect(told).toMatchObject({ disposed: 'DISPOSED', left: 'DISPOSED', closed: 'DISPOSED' });
}

describe.each([
  ['node20', []],
  ['node22', []],
  ['node24', []],
  ['deno', ['run', '-A']],
  ['bun', ['run']],
] as const)('in %s', (name, args) => {
  const program = programs[name];

  test.skipIf(isMissing(program))(
    'a thread answers as no thread does, and lets the process end',
    async () => {
      const file = `${ROOT}test/runtimes/worker/main.mjs`;
      const { stdout } = await promisify(execFile)(program.path!, [...args, file], { timeout: 110_000 });
      check(JSON.parse(stdout) as Told);
    },
  );
});

describe.each([
  ['chromium', openChromium],
  ['firefox', openFirefox],
] as const)('in %s, on a page that is not isolated', (name, open) => {
  const program = programs[name];
  let browser: Browser;
  const servers: Server[] = [];

  /** A page under a policy, and the address of what it may load. */
  async function openPage(policy: string): Promise<Tab> {
    const server = await serve({
      roots: [ROOT],
      handler: (request, response) => {
        // A worker is under the policy that it is served with.
        response.setHeader(POLICY, policy);
        if (request.url !== '/') return false;
        response
          .setHeader('Content-Type', 'text/html')
          .end('<!doctype html><title>A page with a thread</title>');
        return true;
      },
    });
    servers.push(server);
    const tab = await browser.open();
    await tab.goto(server.url);
    return tab;
  }

  const call = (tab: Tab, text: string) =>
    tab.evaluate(`import('/test/runtimes/worker/page.js').then((page) => page.${text})`);

  beforeAll(async () => {
    if (!isMissing(program)) browser = await open();
  });

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    for (const server of servers) await server[Symbol.asyncDispose]();
  });

  test.skipIf(isMissing(program))('a thread answers as no thread does, under a strict policy', async () => {
    const tab = await openPage(`${STRICT_POLICY[POLICY]}; worker-src 'self'`);
    expect(await tab.evaluate('crossOriginIsolated')).toBe(false);
    check(JSON.parse((await call(tab, 'run()')) as string) as Told);
  });

  test.skipIf(isMissing(program))('a worker that cannot be loaded, or ends, fails the calls', async () => {
    const tab = await openPage(`${STRICT_POLICY[POLICY]}; worker-src 'self'`);
    const [code, message] = (await call(tab, "errorOf('/missing.js')")) as [string, string];
    expect(code).toBe('WORKER_FAILED');
    expect(message).toContain('worker-src');
    // The file is there, but fails: it is no module of JavaScript, or throws.
    expect(await call(tab, "errorOf('/package.json')")).toMatchObject(['WORKER_FAILED', expect.any(String)]);
    expect(await call(tab, "errorOf('/test/runtimes/worker/throws.js')")).toMatchObject([
      'WORKER_FAILED',
      expect.stringContaining('thrown in a worker'),
    ]);
    expect(await call(tab, 'errorOfTerminated()')).toBe('WORKER_FAILED');
  });

  test.skipIf(isMissing(program))(
    'a policy that forbids workers, or WebAssembly in them, is told',
    async () => {
      const withoutWorkers = await openPage(`${STRICT_POLICY[POLICY]}; worker-src 'none'`);
      expect(await call(withoutWorkers, 'errorOf()')).toMatchObject(['WORKER_FAILED', expect.any(String)]);
      const withoutWasm = await openPage(`${POLICY_WITHOUT_WASM[POLICY]}; worker-src 'self'`);
      expect(await call(withoutWasm, 'errorOf()')).toMatchObject([
        'CSP_BLOCKED',
        expect.stringContaining("'wasm-unsafe-eval'"),
      ]);
    },
  );

  // Measured in Chromium, which tells of long tasks.
  test.skipIf(isMissing(program) || name === 'firefox')(
    'the page stays at 60 frames a second while 100 000 vectors are indexed',
    { retry: 2 },
    async () => {
      const tab = await openPage(`${STRICT_POLICY[POLICY]}; worker-src 'self'`);
      const told = (await tab.evaluate(
        "import('/test/runtimes/worker/frames.js').then((page) => page.measure())",
      )) as Record<'idle' | 'flat' | 'hnsw' | 'without', Frames>;
      console.table(told);
      const { idle, without } = told;
      for (const kind of ['flat', 'hnsw'] as const) {
        expect(told[kind].size).toBe(100_000);
        expect(told[kind].median).toBeLessThan(1.2 * Math.max(FRAME, idle.median));
        // None of 50 ms where the machine is not busy elsewhere; where it is, a task takes as long as it waits.
        expect(told[kind].longTask).toBeLessThan(without.longTask / 5);
      }
      // One frame in twenty may be late, or more where the machine is busy elsewhere and a page at rest has such, too.
      // (Rows alone are indexed within ten frames, too few for a percentile.)
      expect(told.hnsw.p95).toBeLessThan(2.2 * Math.max(FRAME, idle.p95));
      // The yardstick measures: the fifth part of it, done by the page, is one long task that no frame passes.
      expect(without.longTask).toBeGreaterThan(100);
      expect(without.max).toBeGreaterThan(100);
    },
  );
});

/** Gaps between frames, in milliseconds. */
interface Frames {
  readonly milliseconds: number;
  readonly frames: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** The longest task of the main thread; 0: none took 50 ms. */
  readonly longTask: number;
  /** Rows that were indexed meanwhile. */
  readonly size?: number;
}
