import type { StageProfile } from './stage-profile.ts';

/** A stage among the others. */
export interface StageAccount {
  readonly profile: StageProfile;
  /** Of the time of all requests, 0..1; no more than that of what it is a part of, even where calls that ran at once add up to more. */
  readonly share: number;
  /** Milliseconds outside of the stages in it. */
  readonly own: number;
  readonly depth: number;
  /** The stages in it. */
  readonly parts: readonly StageAccount[];
}

/** Whose time lies in whose: a stage 'rank/features' is a part of the stage 'rank', if there is one. */
export class Accounts {
  readonly requests: StageProfile;
  /** Milliseconds of all requests, or of all stages where those took longer or no request was recorded. */
  readonly total: number;
  /** Milliseconds outside of stages. */
  readonly overhead: number;
  /** Stages that are a part of no other. */
  readonly roots: readonly StageAccount[];
  /** Every stage by its name, each followed by its parts. */
  readonly all: ReadonlyMap<string, StageAccount>;

  constructor(requests: StageProfile, stages: ReadonlyMap<string, StageProfile>) {
    const partsOf = new Map<string | undefined, StageProfile[]>();
    for (const stage of stages.values()) {
      const whole = wholeOf(stage.name, stages);
      const parts = partsOf.get(whole);
      if (parts) parts.push(stage);
      else partsOf.set(whole, [stage]);
    }
    const spent = sumOf(partsOf.get(undefined) ?? []);
    this.requests = requests;
    this.total = Math.max(requests.times.sum, spent);
    this.overhead = this.total - spent;
    const all = new Map<string, StageAccount>();
    const account = (profile: StageProfile, depth: number, most: number): StageAccount => {
      const within = partsOf.get(profile.name) ?? [];
      const { sum } = profile.times;
      const parts: StageAccount[] = [];
      const entry: StageAccount = {
        ...{ profile, depth, parts },
        share: this.total === 0 ? 0 : Math.min(sum / this.total, most),
        own: Math.min(Math.max(0, sum - sumOf(within)), this.total * most),
      };
      all.set(profile.name, entry);
      for (const part of within) parts.push(account(part, depth + 1, entry.share));
      return entry;
    };
    this.roots = (partsOf.get(undefined) ?? []).map((stage) => account(stage, 0, 1));
    this.all = all;
  }

  /** What a request takes beside one of its stages: percentiles of other stages, means of what is outside of any. */
  beside(name: string, percentile: number): number {
    const { count } = this.requests.times;
    let time = count === 0 ? 0 : this.overhead / count;
    let level = this.roots;
    for (;;) {
      const way = level.find(({ profile }) => profile.name === name || isPartOf(name, profile.name));
      for (const other of level)
        if (other !== way && other.profile.times.count > 0)
          time += other.profile.times.percentile(percentile);
      if (!way || way.profile.name === name) return time;
      if (way.profile.times.count > 0) time += way.own / way.profile.times.count;
      level = way.parts;
    }
  }
}

/** 1 / (1 - share + share / factor): Amdahl's law for a part that becomes so many times as fast. */
export function amdahl(share: number, factor: number): number {
  return 1 / (1 - share + share / factor);
}

function isPartOf(name: string, whole: string): boolean {
  return name.startsWith(`${whole}/`);
}

/** The stage of the longest name that this one continues. */
function wholeOf(name: string, stages: ReadonlyMap<string, StageProfile>): string | undefined {
  for (let end = name.lastIndexOf('/'); end > 0; end = name.lastIndexOf('/', end - 1)) {
    const whole = name.slice(0, end);
    if (stages.has(whole)) return whole;
  }
  return undefined;
}

function sumOf(stages: readonly StageProfile[]): number {
  return stages.reduce((sum, { times }) => sum + times.sum, 0);
}
