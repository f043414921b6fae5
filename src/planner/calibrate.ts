import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, runPieces } from '../host/progress.ts';
import { init as initSketches, runtime as sketches } from '../sketch/kernels.ts';
import { checkInteger } from '../vectors/input.ts';
import { init, runtime } from '../vectors/kernels.ts';
import type { BlockRate, Machine } from './machine.ts';
import { CODES_A_ROUND, FLOPS_A_ROUND } from './roof.ts';
import { runtimeName } from './runtime-name.ts';

/** What a machine is called, and how it is measured. */
export interface CalibrateOptions extends LongCallOptions {
  /** @default the runtime's name and version */
  readonly name?: string;
  /** Bytes of the largest block that is read, 16 MiB..1 GiB, rounded down to a power of two. @default 64 MiB */
  readonly bytes?: number;
}

/** Something that is done over and over, and how much of it one run does. */
interface Probe {
  readonly work: number;
  readonly run: () => void;
}

/** The probes, by what they tell of: of a block of some bytes, where they read one. */
interface Probes {
  readonly streaming: ReadonlyMap<number, Probe>;
  readonly gather: ReadonlyMap<number, Probe>;
  readonly float32: Probe;
  readonly int8: Probe;
  readonly hash: Probe;
  readonly call: Probe;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const USUAL_BYTES = 64 * MIB;
/** For the caches of the first, the second and the third level, which ends somewhere; beyond them the caller's. */
const BLOCKS = [16 * KIB, 512 * KIB, 2 * MIB, 12 * MIB, 32 * MIB];
/** Larger blocks are gone through until they have settled. */
const MOST_UNSETTLED = MIB;
const PAGE = 4 * KIB;
/** Lines of larger blocks are gathered as searches gather them, of which each touches others: what came before is gone when it is due again. */
const MOST_KEPT = 2 * MIB;
/** The last cache keeps what is read only when it comes again and again: for so many milliseconds, before a block is timed. */
const SETTLING = 5;
/** Passes that are timed then, and milliseconds after which two of them will do. */
const PASSES = 3;
const LONGEST_PASSES = 10;
/** What one run does: bytes that are read of a small block (a larger one is read once), lines, rounds, keys, calls. */
const STREAMED = 4 * MIB;
const GATHERED = 8192;
const ROUNDS = 20_000;
const HASHED = 2048;
const CALLS = 2000;
/** Turns that probes of large blocks take, and then all others: how long, and how many at least and at most. */
const MILLISECONDS = 20;
const LEAST_TURNS = 3;
const MOST_TURNS = 60;
/** Calibrating as a whole takes no longer, the usual block, where nothing else runs. */
const MOST_MILLISECONDS = 200;
/** Runs of one short work, which tell how even they are. */
const EVEN_RUNS = 200;
/** Engines compile a kernel well only after some calls. */
const WARMING = 1500;

/**
 * Measures this machine through the kernels that indexes are searched by: medians, on one thread, with pauses in
 * which the event loop goes on. The usual block takes at most 200 ms where nothing else runs. The block is given back. A busy
 * machine is measured as busy as it is, and the last cache as far as others leave it.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`; and the signal's reason
 * @example
 * const machine = await calibrate({ name: 'my laptop' });
 * const { best } = plan({ rows: 1e6, dimensions: 96, latency: { p99: 10 }, machine });
 */
export async function calibrate(options: CalibrateOptions = {}): Promise<Machine> {
  const bytes = checkInteger('bytes', options?.bytes ?? USUAL_BYTES, 16 * MIB, 2 ** 30);
  const name = options?.name ?? runtimeName();
  if (options === null || typeof name !== 'string') {
    const message = `calibrate() takes an object like { name: 'my laptop' }, or nothing; got ${String(options && typeof name)}.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { expected: 'string', got: options && name });
  }
  await Promise.all([init(), initSketches()]);
  const rates = await runPieces(measure(2 ** (31 - Math.clz32(bytes))), options);
  const date = new Date().toISOString().slice(0, 10);
  return { name, date, runtime: runtimeName(), tier: runtime().tier, ...rates };
}

type Piece = { readonly done: number; readonly total: number };
/** How far calibrating has come. */
type Pause = () => Piece;
type Rates = Omit<Machine, 'name' | 'date' | 'runtime' | 'tier'>;

function* measure(bytes: number): Generator<Piece, Rates> {
  const { memory } = runtime();
  const pause = pausesFrom(performance.now());
  const block = memory.allocate(bytes);
  try {
    for (let at = block; at < block + bytes; at += 4 * MIB) {
      touchPages(at, Math.min(block + bytes, at + 4 * MIB));
      yield pause();
    }
    warm(block);
    const rates = yield* runProbes(probesOf(block, bytes), pause);
    const jitter = unevenness();
    yield { done: MOST_MILLISECONDS, total: MOST_MILLISECONDS };
    return { ...rates, jitter };
  } finally {
    memory.free(block);
  }
}

/** Tells milliseconds, of those that it takes at most. */
function pausesFrom(start: number): Pause {
  return () => ({
    done: Math.min(MOST_MILLISECONDS - 1, Math.floor(performance.now() - start)),
    total: MOST_MILLISECONDS,
  });
}

/** Pages that were never written all map to one page of zeros. */
function touchPages(start: number, end: number): void {
  const { u8 } = runtime().memory;
  for (let at = start; at < end; at += PAGE) u8[at] = 1;
}

function warm(block: number): void {
  const { kernels } = runtime();
  for (let i = 0; i < WARMING; i++) {
    kernels.stream(block, 128);
    kernels.gatherLines(block, 64, 4, i);
    kernels.multiplyFloats(50, 0.999);
    kernels.multiplyCodes(50, 0x03030303);
  }
  for (let i = 0; i < WARMING; i++) sketches().kernels.hashLongs(block, 64, 0n, block + KIB);
}

function probesOf(block: number, bytes: number): Probes {
  const { kernels } = runtime();
  const { kernels: hashing } = sketches();
  const sizes = [...BLOCKS.filter((size) => size < bytes), bytes];
  return {
    streaming: new Map(sizes.map((size) => [size, streaming(block, size)])),
    gather: new Map(sizes.map((size) => [size, gathering(block, size)])),
    float32: { work: FLOPS_A_ROUND * ROUNDS, run: () => void kernels.multiplyFloats(ROUNDS, 0.999) },
    int8: { work: CODES_A_ROUND * ROUNDS, run: () => void kernels.multiplyCodes(ROUNDS, 0x03030303) },
    hash: { work: HASHED, run: () => hashing.hashLongs(block, HASHED, 0n, block + 8 * HASHED) },
    call: {
      work: CALLS,
      run: () => {
        for (let i = 0; i < CALLS; i++) kernels.stream(block, 0);
      },
    },
  };
}

/** In two streams, as most scans read. */
function streaming(block: number, size: number): Probe {
  const { kernels } = runtime();
  const times = Math.max(1, STREAMED / size);
  const run = (): void => {
    for (let i = 0; i < times; i++) kernels.stream(block, size);
  };
  return { work: times * size, run };
}

/** Other lines each time. */
function gathering(block: number, size: number): Probe {
  const { kernels } = runtime();
  let seed = 0;
  return {
    work: GATHERED,
    run: () => {
      kernels.gatherLines(block, size, GATHERED, seed);
      seed += GATHERED;
    },
  };
}

function* runProbes(probes: Probes, pause: Pause): Generator<Piece, Omit<Rates, 'jitter'>> {
  const { streaming: streams, gather, float32, int8, hash, call } = probes;
  const times: Times = new Map();
  const [small, large] = partedAt(MOST_UNSETTLED, streams);
  const [kept, gathered] = partedAt(MOST_KEPT, gather);
  yield* takeTurns(gathered, times, pause);
  for (const probe of large) {
    yield* settle(probe, pause);
    times.set(probe, yield* timePasses(probe, pause));
  }
  yield* settle(kept.at(-1)!, pause); // the largest, which comes in turns with all that is small
  yield* takeTurns([...small, ...kept, float32, int8, hash, call], times, pause);
  const rate = (probe: Probe): number => probe.work / median(times.get(probe)!);
  const rates = (blocks: ReadonlyMap<number, Probe>): BlockRate[] =>
    Array.from(blocks, ([bytes, probe]) => ({ bytes, perSecond: rate(probe) }));
  return {
    streaming: rates(streams),
    gather: rates(gather),
    float32: rate(float32),
    int8: rate(int8),
    hash: rate(hash),
    call: 1 / rate(call),
  };
}

/** Probes of blocks up to a size, and of larger ones. */
function partedAt(most: number, blocks: ReadonlyMap<number, Probe>): [Probe[], Probe[]] {
  const of = (isLarge: boolean): Probe[] =>
    [...blocks].filter(([size]) => size > most === isLarge).map(([, probe]) => probe);
  return [of(false), of(true)];
}

/** Seconds of the runs of probes. */
type Times = Map<Probe, number[]>;

/** Goes over a block again and again until it is in the caches as far as it fits. */
function* settle({ run }: Probe, pause: Pause): Generator<Piece> {
  const until = performance.now() + SETTLING;
  while (performance.now() < until) {
    run();
    yield pause();
  }
}

/** Seconds of passes over a block. */
function* timePasses({ run }: Probe, pause: Pause): Generator<Piece, number[]> {
  const passes: number[] = [];
  const until = performance.now() + LONGEST_PASSES;
  while (passes.length < 2 || (passes.length < PASSES && performance.now() < until)) {
    passes.push(secondsOf(run));
    yield pause();
  }
  return passes;
}

/** Times probes in turns, so that none has a bad moment to itself, as often as there is time for. */
function* takeTurns(probes: readonly Probe[], times: Times, pause: Pause): Generator<Piece> {
  for (const probe of probes) times.set(probe, []);
  const until = performance.now() + MILLISECONDS;
  for (let turn = 0; turn < LEAST_TURNS || (turn < MOST_TURNS && performance.now() < until); turn++) {
    for (const probe of probes) {
      probe.run(); // what it reads was driven from the nearest caches by the probes before it
      times.get(probe)!.push(secondsOf(probe.run));
    }
    yield pause();
  }
}

/** The 99th percentile of the times of one work, over their median. */
function unevenness(): number {
  const { kernels } = runtime();
  const times = Array.from({ length: EVEN_RUNS }, () =>
    secondsOf(() => kernels.multiplyFloats(ROUNDS / 8, 0.999)),
  );
  const middle = median(times);
  return times[Math.floor(0.99 * EVEN_RUNS)]! / middle;
}

/** Never 0, though some clocks stand still for a millisecond. */
function secondsOf(run: () => void): number {
  const start = performance.now();
  run();
  return Math.max(1e-7, (performance.now() - start) / 1000);
}

/** The median of times, which it sorts. */
function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}
