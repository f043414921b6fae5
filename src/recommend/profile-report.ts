import { drawFlame, type FlameOptions } from './flame-graph.ts';
import { tableOf } from './profile-table.ts';
import { type Accounts, amdahl, type StageAccount } from './stage-accounts.ts';
import type { StageProfile } from './stage-profile.ts';

/** Latencies in milliseconds; NaN, in JSON null, of nothing. */
export interface LatencySummary {
  /** Calls, those that failed among them. */
  readonly requests: number;
  /** Calls that threw. */
  readonly errors: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  /** Of all calls. */
  readonly total: number;
}

/** What was measured of a stage. */
export interface StageReport extends LatencySummary {
  /** 'rank/features' for a stage that is a part of the stage 'rank'. */
  readonly name: string;
  /** Stages that it is a part of. */
  readonly depth: number;
  /** f: its part of the time of all requests, 0..1. Calls that ran at once are at most the whole of what they are a part of. */
  readonly share: number;
  /** The part of that outside of the stages in it. */
  readonly ownShare: number;
  /**
   * 1 / (1 - f): how many times as fast requests could be, in the mean, if the stage took no time (Amdahl). Infinity, in
   * JSON null, where it takes all of it.
   */
  readonly bound: number;
  /** The mean count of candidates, where calls told. */
  readonly candidates?: number;
}

/** What a {@link Profiler} measured, at one moment. */
export class ProfileReport {
  /** Whole requests. No sum of stages: their percentiles do not add up. Of total 0 where only stages were measured. */
  readonly requests: LatencySummary;
  /** In the order in which they were first heard of, each followed by its parts. */
  readonly stages: readonly StageReport[];
  /** Milliseconds of all requests, or of all stages where those took longer or no request was measured: the whole of shares. */
  readonly total: number;
  /** The time outside of stages: milliseconds, and its share of the total. */
  readonly overhead: { readonly total: number; readonly share: number };
  /** What is worth optimizing: the stage with the most time of its own, not of stages in it. Undefined if no time was seen. */
  readonly bottleneck: string | undefined;

  constructor({ requests, total, overhead, all }: Accounts) {
    this.requests = summaryOf(requests);
    this.stages = [...all.values()].map((stage) => stageReport(stage, total));
    this.total = total;
    this.overhead = { total: overhead, share: total === 0 ? 0 : overhead / total };
    const most = Math.max(...this.stages.map(({ ownShare }) => ownShare));
    this.bottleneck = most > 0 ? this.stages.find(({ ownShare }) => ownShare === most)!.name : undefined;
  }

  /** A table in plain text: a line for requests, one for each stage, one for the time outside of stages. */
  toTable(): string {
    return tableOf(this);
  }

  /**
   * A drawing as SVG, without scripts, readable on light and dark: a request as a bar over its stages, as wide as their
   * shares of it, over the stages in those; below, how late each is from its median to its 99th percentile.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a width out of range
   */
  toSVG(options?: FlameOptions): string {
    return drawFlame(this, options);
  }

  /** Plain data. Numbers that JSON does not know are null. */
  toJSON(): unknown {
    const { requests, stages, total, overhead, bottleneck } = this;
    return { requests: finite(requests), stages: stages.map(finite), total, overhead, bottleneck };
  }
}

function summaryOf({ times, errors }: StageProfile): LatencySummary {
  return {
    requests: times.count,
    errors,
    mean: times.mean,
    p50: times.percentile(0.5),
    p95: times.percentile(0.95),
    p99: times.percentile(0.99),
    p999: times.percentile(0.999),
    total: times.sum,
  };
}

function stageReport({ profile, share, own, depth }: StageAccount, total: number): StageReport {
  const { name, calls, candidates } = profile;
  return {
    ...{ name, depth, ...summaryOf(profile), share },
    ownShare: total === 0 ? 0 : own / total,
    bound: amdahl(share, Number.POSITIVE_INFINITY),
    ...(calls > 0 && { candidates: candidates / calls }),
  };
}

function finite(fields: object): Record<string, unknown> {
  const isKnown = (value: unknown): boolean => typeof value !== 'number' || Number.isFinite(value);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isKnown(value) ? value : null]),
  );
}
