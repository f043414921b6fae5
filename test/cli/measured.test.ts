import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useOwnFolder } from './folder.ts';
import { saveNpy } from './npy-files.ts';
import { runCli } from './run-cli.ts';

useOwnFolder();

test('calibrate measures this machine, and what it saves is what plans and rooflines take', async () => {
  const { exitCode, stdout } = await runCli('calibrate', '--name', 'mine', '--save', 'mine.json', '--json');
  const machine = JSON.parse(stdout);

  expect(machine.name).toBe('mine');
  expect(machine.float32).toBeGreaterThan(0);
  expect(JSON.parse(readFileSync('mine.json', 'utf8'))).toEqual(machine);
  const placed = JSON.parse((await runCli('roofline', '--machine', 'mine.json', '--json')).stdout);
  expect(placed).toMatchObject({
    name: 'mine',
    peak: machine.float32,
    bandwidth: machine.streaming.at(-1).perSecond,
  });
  expect(exitCode).toBe(0);
});

test.each([
  ['flat', [], {}],
  ['ivf', ['--codes', 'pq4', '--cells', '30', '--probes', '30'], { codes: 'pq4', cells: 30, probes: 30 }],
  ['hnsw', ['--m', '8', '--ef-construction', '50', '--ef', '80'], { m: 8, efConstruction: 50, ef: 80 }],
  [
    'lsh',
    ['--tables', '4', '--bits', '6', '--probes-per-table', '2'],
    { tables: 4, bits: 6, probesPerTable: 2 },
  ],
])(
  'bench builds and measures %s with its options, beside what is predicted',
  async (index, given, options) => {
    const line = [
      'bench',
      '--index',
      index,
      ...given,
      '--rows',
      '1k',
      '--dimensions',
      '16',
      '--queries',
      '20',
      '--time',
      '5',
    ];
    const { exitCode, stdout } = await runCli(...line, '--json');

    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ index, options, rows: 1000, dimensions: 16, k: 10, metric: 'cosine' });
    for (const side of [told.measured, told.predicted])
      for (const figure of ['build', 'p50', 'p99', 'queriesPerSecond', 'batchedQueriesPerSecond', 'bytes'])
        expect(side[figure], figure).toBeGreaterThan(0);
    // Every cell searched, or every row scored, misses little.
    const least = { flat: 1, ivf: 0.9, hnsw: 0.9, lsh: 0 }[index]!;
    expect(told.measured.recall).toBeGreaterThanOrEqual(least);
    expect(exitCode).toBe(0);
  },
);

test('bench prints a table, and takes the rows of a file, of which it holds queries out', async () => {
  saveNpy(
    'rows.npy',
    [200, 4],
    Array.from({ length: 800 }, (_, i) => Math.sin(i * i)),
  );
  const { exitCode, stdout } = await runCli(
    'bench',
    '--vectors',
    'rows.npy',
    '--queries',
    '10',
    '--time',
    '5',
    '--k',
    '3',
  );

  expect(stdout).toContain('flat: 190 rows of rows.npy x 4, cosine, k = 3');
  expect(stdout).toMatch(/^ +measured +predicted +off by\n build, ms /m);
  expect(stdout).toContain('Recall@3: 1.0000.');
  expect(exitCode).toBe(0);
});

test('plan prints ranked candidates and a verdict; --wide the decision matrix, too; as JSON the same candidates', async () => {
  const line = [
    'plan',
    '--rows',
    '50k',
    '--dimensions',
    '64',
    '--p99',
    '100',
    '--machine',
    'cloud-xeon-node24',
  ];
  const { exitCode, stdout } = await runCli(...line);
  const { stdout: wide } = await runCli(...line, '--wide');
  const told = JSON.parse((await runCli(...line, '--json')).stdout);

  const names = told.candidates.map(({ name }: { name: string }) => name);
  const listed = [...stdout.matchAll(/^ ([a-z0-9-]+) .*(?:best|feasible|fails by [\w ]+)$/gm)].map(
    ([, name]) => name,
  );
  expect(listed).toEqual(names);
  expect(names).toEqual(expect.arrayContaining(['flat', 'hnsw']));
  for (const row of stdout.split('\n').filter((text) => text.startsWith(' ')))
    expect(row.length, row).toBeLessThanOrEqual(84);
  expect(wide).toMatch(/^ candidate +options +recall +build +p50, ms/m);
  expect(wide).toMatch(/^ candidate +training +inference/m);
  expect(stdout).toContain(`Build ${told.best.name}`);
  expect(told.decisionMatrix.rows).toHaveLength(names.length);
  expect(exitCode).toBe(0);
});

test('plan prices cores where they cost something', async () => {
  const line = ['plan', '--rows', '1k', '--dimensions', '8', '--machine', 'cloud-xeon-node24'];
  const { stdout } = await runCli(...line, '--dollars-per-hour', '0.1');
  // A core, for 730 hours.
  expect(stdout).toMatch(/^ candidate .*\$\/month$/m);
  expect(stdout).toMatch(/^ flat .* 73\.0 +best$/m);
  expect((await runCli(...line)).stdout).not.toContain('$');
});

test('plan tells what stands in the way where nothing fits: exit code 1', async () => {
  const line = [
    'plan',
    '--rows',
    '1e6',
    '--dimensions',
    '256',
    '--rate',
    '1e6',
    '--machine',
    'cloud-xeon-node24',
  ];
  const { exitCode, stdout } = await runCli(...line);
  expect(stdout).toMatch(/Nothing fits\. Closest is [\w-]+:\n {2}[\w-]+ fails by throughput: /);
  expect(JSON.parse((await runCli(...line, '--json')).stdout)).not.toHaveProperty('best');
  expect(exitCode).toBe(1);
});

test('plan --verify builds the best one on the rows of a file, and measures it', async () => {
  saveNpy(
    'sample.npy',
    [600, 8],
    Array.from({ length: 4800 }, (_, i) => Math.sin(i * i)),
  );
  const line = [
    'plan',
    '--rows',
    '500',
    '--dimensions',
    '8',
    '--p99',
    '10s',
    '--machine',
    'cloud-xeon-node24',
  ];
  const { exitCode, stdout } = await runCli(...line, '--verify', 'sample.npy');

  expect(stdout).toMatch(/^Verified: flat of 500 rows, \d+ queries$/m);
  expect(stdout).toMatch(/^ recall +1\.0000 +1\.0000 +\+0\.0 %$/m);
  expect(exitCode).toBe(0);
});

test.each([
  [
    'vectors of other dimensions',
    ['--dimensions', '9', '--verify', 'sample.npy'],
    'the vectors of sample.npy have 8 dimensions, --dimensions says 9',
  ],
  [
    'a tensor of no file',
    ['--dimensions', '9', '--tensor', 'x'],
    '--tensor names one of the file of --verify',
  ],
  ['a k beyond the rows', ['--dimensions', '8', '--k', '501'], 'k must be at most the 500 rows'],
])('plan refuses %s', async (_, given, message) => {
  const { exitCode, stderr } = await runCli(
    'plan',
    '--rows',
    '500',
    ...given,
    '--machine',
    'cloud-xeon-node24',
  );
  expect(stderr).toMatch(/^lanewise: [^\n]+\n$/);
  expect(stderr).toContain(message);
  expect(exitCode).toBe(2);
});

test('plan says which constraints contradict each other: exit code 1', async () => {
  const line = [
    'plan',
    '--rows',
    '500',
    '--dimensions',
    '8',
    '--p50',
    '20',
    '--p99',
    '10',
    '--machine',
    'cloud-xeon-node24',
  ];
  const { exitCode, stderr } = await runCli(...line);
  expect(stderr).toMatch(/p50 20 ms is above latency\.p99 10 ms/);
  expect(exitCode).toBe(1);
});
