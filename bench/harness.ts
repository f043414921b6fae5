import { percentile } from 'lanewise';

/** What one way of doing a job took. */
export interface Measurement {
  readonly job: string;
  readonly method: string;
  /** Milliseconds. */
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  /** Bytes read and multiply-adds done by one run, where they tell something. */
  readonly bytes?: number;
  readonly multiplyAdds?: number;
  /** Queries answered by one run. */
  readonly queries?: number;
  readonly recall?: number;
}

/** A figure to reach: a ratio of two things measured in the same run. */
export interface Figure {
  readonly job: string;
  readonly text: string;
  readonly ratio: number;
  /** Where the ratio should lie; neither: it is told, and not judged. */
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** What a case reports. */
interface Report {
  readonly measurements: readonly Measurement[];
  readonly figures: readonly Figure[];
}

/** What every case is given. */
export interface Setting {
  /** Fewer rows and repetitions: whether it runs, not how fast. */
  readonly isQuick: boolean;
}

/** One job, done in one or several ways. */
export interface Case {
  readonly name: string;
  readonly run: (setting: Setting) => Promise<Report>;
}

/** Times `run` until `milliseconds` have passed, at least `least` times, after a warm-up that lets the engine compile. */
export function time(
  run: (i: number) => void,
  { milliseconds, least }: { readonly milliseconds: number; readonly least: number },
): number[] {
  const warmUntil = performance.now() + milliseconds / 4;
  for (let i = 0; i < 3 || performance.now() < warmUntil; i++) run(i);
  const times: number[] = [];
  const until = performance.now() + milliseconds;
  for (let i = 0; i < least || performance.now() < until; i++) {
    const start = performance.now();
    run(i);
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}

/** A measurement of sorted times. */
export function summarize(
  job: string,
  method: string,
  sorted: readonly number[],
  work: Partial<Measurement> = {},
): Measurement {
  return {
    job,
    method,
    median: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    ...work,
  };
}

/** Times for quick runs and real ones. */
export function patience({ isQuick }: Setting): { milliseconds: number; least: number } {
  return isQuick ? { milliseconds: 20, least: 3 } : { milliseconds: 1500, least: 9 };
}
