import type { CandidateName, DecisionMatrix, Machine, NearestPlan, PlanCandidate } from 'lanewise/planner';
import type { Wish } from './wish.ts';

/** What the page asks the thread that plans: a plan, or what every index takes at other numbers of rows. */
export interface Asked {
  readonly kind: 'plan' | 'curves';
  readonly wish: Wish;
  readonly machine: Machine;
}

/** What an index takes at some number of rows, alone and asked one query at a time. */
export interface Growth {
  readonly rows: number;
  /** Milliseconds. */
  readonly p99: number;
  readonly bytes: number;
}

export type Curves = Readonly<Partial<Record<CandidateName, readonly Growth[]>>>;

/** What the planner says to a wish. */
export interface Answer {
  readonly candidates: readonly PlanCandidate[];
  readonly best?: PlanCandidate;
  readonly nearest?: NearestPlan;
  /** Why nothing could be planned: wishes that contradict each other whatever the index. */
  readonly contradiction?: string;
  readonly matrix?: DecisionMatrix;
}

/** What the thread tells. */
export type Told =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'curves'; readonly curves: Curves };
