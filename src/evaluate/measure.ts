import type { Progress } from '../host/progress.ts';
import type { SearchResult } from '../search/options.ts';
import { percentile } from './percentile.ts';
import { recallOfEach } from './recall.ts';
import { queriesFrom, type Sample } from './sample.ts';

/** How long a call takes, in milliseconds. */
export interface Latency {
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
}

/** What single queries told of a way to search. */
export interface SingleQueries {
  readonly latency: Latency;
  /** Of each query. */
  readonly recalls: Float64Array;
}

/** Calls that are not counted: compilers and caches settle there. */
const WARM_UP_CALLS = 20;

/** Searches the queries one by one: each once, and round again until the time is spent. Yields after every call. */
export function* measureSingle(
  search: (query: Float32Array) => SearchResult,
  sample: Sample,
  milliseconds: number,
  progress: Progress,
): Generator<Progress, SingleQueries> {
  const count = sample.queries.length / sample.dimensions;
  const { k } = search(queriesFrom(sample, 0));
  const ids = new Int32Array(count * k);
  const scores = new Float32Array(count * k);
  const call = (turn: number): void => {
    const found = search(queriesFrom(sample, turn));
    if (turn >= count) return;
    ids.set(found.ids, turn * k);
    scores.set(found.scores, turn * k);
  };
  const latency = yield* timeCalls(call, { milliseconds, least: count }, progress);
  return { latency, recalls: recallOfEach({ ids, scores, k }, sample.truth) };
}

/** Times `call(0)`, `call(1)`, ...: `least` calls, and more until the time is spent. */
export function* timeCalls(
  call: (turn: number) => void,
  { milliseconds, least }: { readonly milliseconds: number; readonly least: number },
  progress: Progress,
): Generator<Progress, Latency> {
  const warmUntil = performance.now() + milliseconds / 4;
  for (let turn = 0; turn < Math.min(WARM_UP_CALLS, least) || performance.now() < warmUntil; turn++) {
    call(turn);
    yield progress;
  }
  const times: number[] = [];
  let spent = 0;
  while (times.length < least || spent < milliseconds) {
    const start = performance.now();
    call(times.length);
    times.push(performance.now() - start);
    spent += times.at(-1)!;
    yield progress;
  }
  const ascending = Float64Array.from(times).sort();
  return {
    mean: spent / times.length,
    median: percentile(ascending, 0.5),
    p95: percentile(ascending, 0.95),
    p99: percentile(ascending, 0.99),
  };
}
