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
/** What a series is made of, at least: milliseconds, and calls or takes. */
const MILLISECONDS = 700;
const LEAST_CALLS = 9;
const LEAST_TAKES = 3;
/** A series whose slices do not keep the pace ends when it has taken so many times as long. */
const PATIENCE = 3;
/** Milliseconds of a slice, before and after which the pace is looked at. */
const SLICE = 25;
/** Of the loop that tells the pace. */
const TURNS = 50_000;
/** Milliseconds that are timed at least. */
const LEAST_TIMED = 0.005;
/** A series in which the machine changed its pace is taken anew, so often at most. */
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

/** Times, and the machine as it was meanwhile. */
interface Series {
  readonly times: readonly number[];
  readonly machine: Machine;
}

/** A few times, taken in a stretch. */
type Slice = () => Promise<number[]>;

/** Takes a series between two measurements of the machine that agree; where there is none, the one between those that agree best. */
async function timeCalls(subject: Subject, batch: number): Promise<Series> {
  const least = subject.take ? LEAST_TAKES : LEAST_CALLS;
  const slice = subject.take ? takes(subject.take) : calls(subject.call!, batch);
  let best: Series | undefined;
  let leastChange = Number.POSITIVE_INFINITY;
  let before = await calibrate();
  for (let i = 0; i < TRIES && leastChange > STEADY; i++) {
    const { times, isSteady } = await atOnePace(slice, least);
    const now = await calibrate();
    const change = paceBetween(before, now) + (isSteady ? 0 : 1);
    if (change < leastChange) {
      leastChange = change;
      best = { times: times.sort((a, b) => a - b), machine: between([before, now]) };
    }
    before = now;
  }
  return best!;
}

/**
 * Slices, of which those count that began and ended at the pace of the beginning: neighbours of a shared processor come and go within
 * tenths of a second. Where too few did, all of them.
 */
async function atOnePace(slice: Slice, least: number): Promise<{ times: number[]; isSteady: boolean }> {
  const all: number[] = [];
  const kept: number[] = [];
  const pace = paceNow();
  const isKept = (): boolean => Math.abs(paceNow() / pace - 1) < STEADY;
  const start = performance.now();
  let [keptFor, count] = [0, 0];
  while (kept.length < least || keptFor < MILLISECONDS) {
    const begun = performance.now();
    if (begun - start > PATIENCE * MILLISECONDS && count >= PATIENCE * least)
      return { times: all, isSteady: false };
    const wasKept = isKept();
    const times = await slice();
    count += times.length;
    all.push(...times);
    if (!wasKept || !isKept()) continue;
    kept.push(...times);
    keptFor += performance.now() - begun;
  }
  return { times: kept, isSteady: true };
}

/** Milliseconds of work that keeps the multipliers of the processor busy, and so tells who else does: the lesser of two. */
function paceNow(): number {
  return Math.min(turns(), turns());
}

/** Engines leave out what is of no use to anyone. */
let turned = 1;

function turns(): number {
  let [a, b, c, d] = [turned, 2, 3, 4];
  const start = performance.now();
  for (let i = 0; i < TURNS; i++) {
    a = Math.imul(a ^ i, 0x9e3779b1);
    b = Math.imul(b + i, 0x85ebca6b);
    c = Math.imul(c ^ i, 0xc2b2ae35);
    d = Math.imul(d + i, 0x27d4eb2f);
  }
  turned = (a ^ b ^ c ^ d) | 1;
  return performance.now() - start;
}

function takes(take: () => Promise<number>): Slice {
  return async () => [await take()];
}

/** Calls, groups of them as long as the clock can tell. */
function calls(once: (at: number, batch: number) => void, batch: number): Slice {
  const call = (at: number): void => once(at, batch);
  const warming = repeat(call, { milliseconds: WARMING, least: 3, group: 1, at: 0 });
  const group = Math.max(1, Math.ceil(LEAST_TIMED / warming[warming.length >> 1]!));
  let at = 0;
  return async () => {
    const times = repeat(call, { milliseconds: SLICE, least: 1, group, at });
    at += group * times.length;
    return times;
  };
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

/** How calls are repeated: how long and how often at least, how many are timed as one, and the number of the first. */
interface Repetition {
  readonly milliseconds: number;
  readonly least: number;
  readonly group: number;
  readonly at: number;
}

function repeat(call: (at: number) => void, { milliseconds, least, group, at }: Repetition): number[] {
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  for (let i = 0; i < least || performance.now() < until; i++) {
    const start = performance.now();
    for (let j = 0; j < group; j++) call(at + i * group + j);
    times.push((performance.now() - start) / group);
  }
  return times;
}
