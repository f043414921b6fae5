import { calibrate, type Machine, percentile } from 'lanewise';
import { between } from './machines.ts';
import { buildSubject, type Configuration, type Subject } from './subject.ts';

/** What a configuration took, and the machine as it was meanwhile. */
export interface Measured {
  readonly configuration: Configuration;
  /** Milliseconds. */
  readonly build: number;
  readonly p50: number;
  readonly p99: number;
  readonly bytes: number;
  /** Before and after building, and while calls were timed. */
  readonly builtOn: readonly Machine[];
  readonly calledOn: Machine;
}

const WARMING = 300;
const SMALL_ROWS = 2000;
const MILLISECONDS = 700;
const LEAST_CALLS = 9;
const LEAST_TAKES = 3;
/** Milliseconds that are timed at least. */
const LEAST_TIMED = 0.005;
/** Shared machines change their pace from second to second; a series in which this one did is taken anew, so often at most. */
const TRIES = 4;
const STEADY = 0.1;

/**
 * Builds what some configurations describe, which differ by their batches alone, and times calls of each batch between two
 * measurements of the machine that agree.
 */
export async function measure(configurations: readonly Configuration[]): Promise<Measured[]> {
  const described = configurations[0]!;
  await warm(described);
  const before = await calibrate();
  const subject = await buildSubject(described);
  try {
    const after = await calibrate();
    const { build, bytes } = subject;
    const all: Measured[] = [];
    for (const configuration of configurations) {
      const { times, machine } = await timeCalls(subject, configuration.batch ?? 1);
      const p50 = percentile(times, 0.5);
      const p99 = percentile(times, 0.99);
      all.push({ configuration, build, bytes, p50, p99, builtOn: [before, after], calledOn: machine });
    }
    return all;
  } finally {
    subject.dispose();
  }
}

/** Engines compile the loops of building while they run: a small one comes before the one that is timed. */
async function warm(configuration: Configuration): Promise<void> {
  await calibrate();
  const until = performance.now() + WARMING;
  do {
    const subject = await buildSubject(smaller(configuration));
    subject.dispose();
  } while (performance.now() < until);
}

function smaller(configuration: Configuration): Configuration {
  const rows = Math.min(configuration.rows, SMALL_ROWS);
  if (configuration.index === 'ivf')
    return { ...configuration, rows, options: { ...configuration.options, cells: 16 } };
  if (configuration.index !== 'csr') return { ...configuration, rows };
  return { ...configuration, rows, options: { columns: SMALL_ROWS, nonzeros: 10 * SMALL_ROWS } };
}

interface Series {
  readonly times: readonly number[];
  readonly machine: Machine;
}

async function timeCalls(subject: Subject, batch: number): Promise<Series> {
  const series = subject.take ? takes(subject.take) : calls(subject.call!, batch);
  let best: Series | undefined;
  let least = Number.POSITIVE_INFINITY;
  let before = await calibrate();
  for (let i = 0; i < TRIES && least > STEADY; i++) {
    const times = await series();
    const now = await calibrate();
    const change = paceBetween(before, now);
    if (change < least) {
      least = change;
      best = { times: times.sort((a, b) => a - b), machine: between([before, now]) };
    }
    before = now;
  }
  return best!;
}

/** Series of what a part of building takes. */
function takes(take: () => Promise<number>): () => Promise<number[]> {
  return async () => {
    const times: number[] = [];
    while (times.length < LEAST_TAKES) times.push(await take());
    return times;
  };
}

/** Series of calls, groups of them as long as the clock can tell. */
function calls(once: (at: number, batch: number) => void, batch: number): () => Promise<number[]> {
  const call = (at: number): void => once(at, batch);
  const warming = repeat(call, WARMING, 3, 1);
  const group = Math.max(1, Math.ceil(LEAST_TIMED / warming[warming.length >> 1]!));
  return async () => repeat(call, MILLISECONDS, LEAST_CALLS, group);
}

/** How far two measurements of a machine are apart: 0 where they are the same. */
function paceBetween(a: Machine, b: Machine): number {
  const rates = ({ call, hash, streaming }: Machine): number[] => [
    1 / call,
    hash,
    ...streaming.map(({ perSecond }) => perSecond),
  ];
  const other = rates(b);
  return Math.max(...rates(a).map((rate, i) => Math.abs(rate / other[i]! - 1)));
}

/** Times calls, a group of them at once where one is too short for the clock. */
function repeat(call: (at: number) => void, milliseconds: number, least: number, group: number): number[] {
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  for (let i = 0; i < least || performance.now() < until; i++) {
    const start = performance.now();
    for (let j = 0; j < group; j++) call(i * group + j);
    times.push((performance.now() - start) / group);
  }
  return times;
}
