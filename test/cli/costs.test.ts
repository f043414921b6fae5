import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { machines } from '../../src/planner/index.ts';
import { useOwnFolder } from './folder.ts';
import { runCli } from './run-cli.ts';
import { expectWellFormed, textsOf } from './xml.ts';

useOwnFolder();

const json = async (...commandLine: string[]) => JSON.parse((await runCli(...commandLine, '--json')).stdout);

describe('flops', () => {
  test('tells the parts of a model, which sum up, alike as a table and as JSON', async () => {
    const { exitCode, stdout } = await runCli('flops', '--model', 'bert-base', '--tokens', '512');
    const told = await json('flops', '--model', 'bert-base', '--tokens', '512');

    // Twelve layers of 2 x 512 x 768 x 3072 x 2 for the feed-forward part.
    expect(told.parts.feedForward).toBe(12 * 2 * 2 * 512 * 768 * 3072);
    expect(stdout).toMatch(/feed-forward +57,982,058,496 +48\.1 %/);
    const sum = (Object.values(told.parts) as number[]).reduce((total, part) => total + part, 0);
    expect(told.flops).toBe(sum);
    expect(stdout).toContain(sum.toLocaleString('en-US'));
    expect(exitCode).toBe(0);
  });

  test('takes own sizes, and a name with sizes that differ', async () => {
    const own = await json('flops', '--layers', '1', '--width', '64', '--heads', '4', '--tokens', '8');
    // 6nd^2 + 2n^2d twice + 2nd^2 + 16nd^2
    expect(own.flops).toBe(24 * 8 * 64 * 64 + 4 * 8 * 8 * 64);
    const deeper = await json('flops', '--model', 'llama-7b', '--layers', '64', '--vocabulary', '0');
    const plain = await json('flops', '--model', 'llama-7b', '--vocabulary', '0');
    expect(deeper.flops).toBe(2 * plain.flops);
  });
});

describe('kv-cache', () => {
  test('tells what a sequence takes, and what fits', async () => {
    const { exitCode, stdout } = await runCli(
      'kv-cache',
      '--model',
      'llama-7b',
      '--tokens',
      '4096',
      '--memory',
      '24GB',
      '--reserved',
      '13.5GB',
    );
    const told = await json(
      'kv-cache',
      '--model',
      'llama-7b',
      '--tokens',
      '4096',
      '--memory',
      '24GB',
      '--reserved',
      '13.5GB',
    );

    // Keys and values of 32 layers x 4096 numbers of 2 bytes.
    expect(told.bytesPerToken).toBe(2 * 32 * 4096 * 2);
    expect(told.bytes).toBe(2 * 32 * 4096 * 2 * 4096);
    expect(told.capacity.tokens).toBe(Math.floor(10.5e9 / told.bytesPerToken));
    expect(stdout).toMatch(/multi-head \* +32 +512 KiB +2\.00 GiB/);
    expect(stdout).toContain('Fits in 9.78 GiB: up to 20,027 tokens');
    expect(exitCode).toBe(0);
  });

  test('takes nothing for reserved, and writes what no one can count with an exponent', async () => {
    const line = ['kv-cache', '--model', 'llama-7b', '--memory', '1e300', '--reserved', '0'];
    const { exitCode, stdout } = await runCli(...line);
    expect(stdout).toContain('up to 1.907e+294 tokens');
    expect(exitCode).toBe(0);
  });

  test('that does not fit is a no: exit code 1', async () => {
    const run = await runCli('kv-cache', '--model', 'llama-7b', '--batch', '8', '--memory', '1GiB', '--json');
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout).fits).toBe(false);
    expect(run.stderr).toBe('');
  });
});

describe('queue', () => {
  test('tells every model that applies, alike as a table and as JSON', async () => {
    const { exitCode, stdout } = await runCli(
      'queue',
      '--rate',
      '80',
      '--service',
      '10',
      '--service-variability',
      '0',
    );
    const { models } = await json('queue', '--rate', '80', '--service', '10', '--service-variability', '0');

    // A server of 10 ms at a utilization of .8: 10 / (1 - .8); 10 (1 + .8 / (2 (1 - .8))), and Kingman the same.
    expect(models.map(({ name }: { name: string }) => name)).toEqual(['M/M/1', 'M/D/1', 'Kingman']);
    expect(models.map(({ sojourn }: { sojourn: { mean: number } }) => sojourn.mean)).toEqual([
      expect.closeTo(50, 9),
      expect.closeTo(30, 9),
      expect.closeTo(30, 9),
    ]);
    expect(stdout).toMatch(/M\/M\/1 +40\.0 +50\.0 +34\.7 +150 +230 +3\.20/);
    expect(stdout).toMatch(/Kingman +20\.0 +30\.0 +- +- +- /);
    expect(exitCode).toBe(0);
  });

  test('at a utilization of 1 is a no, with the rate that would fit: exit code 1', async () => {
    const run = await runCli('queue', '--rate', '300', '--service', '10', '--json');
    expect(run.exitCode).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      feasible: false,
      code: 'INFEASIBLE',
      expected: { arrivalRate: 100 },
    });
    expect(run.stderr).toMatch(/^lanewise: [^\n]*100 requests\/s would fit[^\n]*\n$/);
  });

  test('holds a p99 against what servers keep: exit code 1 where it is broken', async () => {
    const kept = await runCli('queue', '--rate', '80', '--service', '10', '--p99', '300');
    const broken = await runCli('queue', '--rate', '80', '--service', '10', '--p99', '100', '--json');

    expect([kept.exitCode, broken.exitCode]).toEqual([0, 1]);
    expect(kept.stdout).toContain('A p99 of 300 ms is kept (M/M/1)');
    const { promise } = JSON.parse(broken.stdout);
    // The sojourn is exponential with a mean of 10 / (1 - rho): its p99 of ln(100) times that is 100 ms at rho = .539.
    expect(promise.largestRate).toBeCloseTo(100 * (1 - (10 * Math.log(100)) / 100), 6);
    expect(promise.serversNeeded).toBe(2);
  });

  test('draws latency against utilization, the same each time', async () => {
    const line = ['queue', '--rate', '300', '--service', '10', '--servers', '4'];
    await runCli(...line, '--plot', 'one.svg');
    await runCli(...line, '--plot', 'two.svg');

    const svg = readFileSync('one.svg', 'utf8');
    expectWellFormed(svg);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['M/M/4, mean', 'M/M/4, p99', 'utilization', 'latency, ms', '15.1 ms']),
    );
    expect(readFileSync('two.svg', 'utf8')).toBe(svg);
  });

  test('tells a load that is nearly whole from the whole', async () => {
    const { stdout } = await runCli('queue', '--rate', '99.99', '--service', '10');
    expect(stdout).toMatch(/^99\.99 requests\/s for a server of 10 ms: busy 99\.99 % of the time\n/);
  });

  test('that is infeasible draws nothing', async () => {
    await runCli('queue', '--rate', '300', '--service', '10', '--plot', 'none.svg');
    expect(existsSync('none.svg')).toBe(false);
  });
});

describe('roofline', () => {
  const A100 = [
    'roofline',
    '--hardware',
    'a100-80gb',
    '--operation',
    'softmax:32x2048',
    '--operation',
    'matmul:4096x4096x4096',
  ];

  test('places operations, alike as a table and as JSON', async () => {
    const { stdout, exitCode } = await runCli(...A100);
    const { ridge, operations } = await json(...A100);

    // 312 TFLOP/s over 2039 GB/s; 5 FLOPs for each number of 2 bytes that is read and written.
    expect(ridge).toBeCloseTo(312e12 / 2039e9, 9);
    expect(operations[0]).toMatchObject({ intensity: 1.25, bound: 'memory' });
    expect(operations[1]).toMatchObject({ bound: 'compute', attainable: 312e12 });
    expect(stdout).toMatch(/softmax:32x2048 +328 k +262 k +1\.25 +memory +2\.55 TFLOP\/s +0\.8 %/);
    expect(exitCode).toBe(0);
  });

  test('draws them, whatever they are called', async () => {
    const own = ['--peak', '1T', '--bandwidth', '100GB', '--operation', '<script>"&=2e9/1e8'];
    const { exitCode } = await runCli('roofline', ...own, '--plot', 'roof.svg');

    const svg = readFileSync('roof.svg', 'utf8');
    expectWellFormed(svg);
    expect(textsOf(svg)).toEqual(
      expect.arrayContaining(['roof', 'peak', '&lt;script&gt;&quot;&amp;', 'FLOP a byte']),
    );
    expect(exitCode).toBe(0);
  });

  test.each([
    ['1e300', '1', ['a=1/1e300', 'b=1e300/1']],
    ['1e308', '1e308', ['b=1/1e12']],
    ['1e12', '1e9', ['a=1e-300/1']],
  ])(
    'draws what reaches to the ends of doubles: a peak of %s over %s B/s',
    async (peak, bandwidth, given) => {
      const operations = given.flatMap((text) => ['--operation', text]);
      const line = ['roofline', '--peak', peak, '--bandwidth', bandwidth, ...operations];
      const { exitCode, stdout } = await runCli(...line, '--plot', 'far.svg');
      const svg = readFileSync('far.svg', 'utf8');
      expectWellFormed(svg);
      expect(svg + stdout).not.toMatch(/NaN|Infinity/);
      expect(exitCode).toBe(0);
    },
  );

  test('takes the rate of a calibrated machine for 8-bit numbers: two FLOPs a multiply-add', async () => {
    const { int8 } = machines['cloud-xeon-node24']!;
    const line = ['roofline', '--machine', 'cloud-xeon-node24', '--dtype', 'int8'];
    expect((await json(...line)).peak).toBe(2 * int8);
  });

  test('lists the hardware that is known, with sources', async () => {
    const { stdout } = await runCli('roofline', '--list');
    expect(stdout).toMatch(/^ a100-80gb .*2\.04 TB\/s +NVIDIA A100/m);
    expect(Object.keys(await json('roofline', '--list'))).toContain('raspberry-pi-5');
  });
});
