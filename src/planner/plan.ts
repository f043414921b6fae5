import { finite } from '../cost/quantity.ts';
import type { Metric } from '../vectors/metric.ts';
import type { EffortOptions } from './effort.ts';
import { type CandidateName, candidateNames, type Figures, KnownFigures } from './plan-candidates.ts';
import { assess, type ConstraintFailure, explain, violations } from './plan-constraints.ts';
import type { CandidateLoad } from './plan-load.ts';
import { checkPlanRequest, type PlannedRequest, type PlanRequest } from './plan-request.ts';
import type { Prediction } from './prediction.ts';

/** An index that could be chosen, and what it takes. */
export interface PlanCandidate {
  readonly name: CandidateName;
  /** The class: `FlatIndex`, `IvfIndex`, `HnswIndex`, `LshIndex`. */
  readonly index: 'flat' | 'ivf' | 'hnsw' | 'lsh';
  /** What `create()` of the class takes, complete. */
  readonly create: { readonly dimensions: number; readonly metric: Metric } & EffortOptions;
  /** What `search()` takes beside the filter, complete. */
  readonly search: { readonly k: number } & EffortOptions;
  /** The share of the true k best rows that it is expected to find, and by how much that may be wrong on other data. */
  readonly recall: number;
  readonly spread: number;
  /** On one core without load, one query a call, with the filter. */
  readonly prediction: Prediction;
  /** Cores that are used, each with a copy: the fewest that carry the load, or all there are. */
  readonly cores: number;
  /** What each of them bears: its utilization, and milliseconds with waiting where it does not fall behind. */
  readonly load: CandidateLoad;
  /** Rows added a second, one by one, for which there is time beside the queries. */
  readonly updatesPerSecond: number;
  /** Bytes of all copies. */
  readonly bytes: number;
  /** In dollars; for a million queries at the rate that is asked for, or at full load where none is. */
  readonly cost: { readonly perMonth: number; readonly perMillionQueries: number };
  readonly isFeasible: boolean;
  /** The first constraint that fails. */
  readonly failure?: ConstraintFailure;
}

/** What came closest, where nothing fits. */
export interface NearestPlan {
  readonly name: CandidateName;
  /** Every constraint that it fails by, in order: what would have to be relaxed, and how far. */
  readonly relax: readonly ConstraintFailure[];
}

/** What could be done, and what is best. Plain data: `JSON.stringify` keeps all of it. */
export interface Plan {
  /** What was asked, with what was left out as it was taken. */
  readonly request: PlannedRequest;
  /** The feasible ones first; within both, from the simplest to the most complex. */
  readonly candidates: readonly PlanCandidate[];
  /** The simplest that satisfies every constraint; undefined where none does. */
  readonly best?: PlanCandidate;
  /** Where none does. */
  readonly nearest?: NearestPlan;
}

/**
 * The simplest index that does what is asked, on a machine: predicted, not measured; `verify` measures it.
 *
 * Candidates stand in the order flat, ivf-int8, ivf-pq4, ivf-bits, hnsw, lsh (cosine alone), ivf-pq4-compact,
 * ivf-bits-compact (no float rows kept: scores are estimates). The burden of proof is on the more complex one: it comes
 * first only where all before it fail, however fast it is. Options are the least effort that is expected to find the
 * recall. Constraints are looked at in the order recall, memory (all copies together), linear memory (3.5 of the 4 GiB of
 * each copy), p50, p99, throughput, updates, p50 and p99 under load (an M/G/1 queue), cost; the first that fails is told.
 * Predictions are taken as they stand, or with the `margin` for times that is asked for; recall as it is expected, without
 * its `spread`.
 *
 * Relaxing a constraint other than recall never makes a feasible candidate infeasible. For less recall the options are chosen
 * anew, such as fewer bits and more tables, and may take more of something else. Pure, and takes some milliseconds.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for an option that is wrong by itself, or a k beyond the rows; `INFEASIBLE` where
 *   options contradict each other whatever the index: p50 above p99, a filter that lets fewer than k rows through, memory
 *   for less than the k results, a latency or rate beyond empty calls, a budget below one core. Where merely no candidate
 *   fits, nothing is thrown: `best` is undefined and `nearest` tells what to relax; `OVERFLOW`
 * @example
 * const { best, nearest } = plan({ rows: 200_000, dimensions: 256, recall: 0.95, latency: { p99: 100 }, queriesPerSecond: 50 });
 * if (best) console.log(best.name, best.create, best.search, best.prediction.p99);
 * else console.log(nearest.relax.map(({ message }) => message));
 */
export function plan(request: PlanRequest): Plan {
  const checked = checkPlanRequest(request);
  const known = new KnownFigures(checked);
  const rated = candidateNames(checked).flatMap((name) => rate(name, checked, known));
  const feasible = rated.filter(({ candidate }) => candidate.isFeasible);
  const others = rated.filter(({ candidate }) => !candidate.isFeasible);
  const [best] = feasible;
  return {
    request: checked,
    candidates: [...feasible, ...others].map(({ candidate }) => candidate),
    ...(best ? { best: best.candidate } : { nearest: nearestOf(others, checked, known) }),
  };
}

interface Rated {
  readonly candidate: PlanCandidate;
  readonly violated: ReturnType<typeof violations>;
}

function rate(name: CandidateName, request: PlannedRequest, known: KnownFigures): Rated[] {
  const figures = known.of(name, request.rows);
  if (!figures) return [];
  const violated = violations(figures, request);
  const [first] = violated;
  const failure = first && explain(first, name, request, known);
  const candidate = {
    ...describe(figures, request),
    isFeasible: !failure,
    ...(failure && { failure }),
  };
  return [{ candidate, violated }];
}

/** A candidate before it is judged. */
export function describe(
  figures: Figures,
  request: PlannedRequest,
): Omit<PlanCandidate, 'isFeasible' | 'failure'> {
  const { name, index, options, recall, spread, prediction } = figures;
  const { dimensions, metric, k, dollarsPerHour, queriesPerSecond } = request;
  const { cores, load, updatesPerSecond, bytes, perMonth } = assess(figures, request);
  const perHour = cores * dollarsPerHour;
  const rate = queriesPerSecond > 0 ? queriesPerSecond : cores * prediction.queriesPerSecond;
  const { probes, ef, probesPerTable, ...built } = options;
  return {
    ...{ name, index, recall, spread, prediction, cores, load, updatesPerSecond, bytes },
    create: { dimensions, metric, ...built },
    search: {
      k,
      ...(probes !== undefined && { probes }),
      ...(ef !== undefined && { ef }),
      ...(probesPerTable !== undefined && { probesPerTable }),
    },
    cost: { perMonth, perMillionQueries: finite('cost', (1e6 * perHour) / (3600 * rate)) },
  };
}

/** The one whose worst constraint is exceeded least, in proportion; the simpler of equals. */
function nearestOf(rated: readonly Rated[], request: PlannedRequest, known: KnownFigures): NearestPlan {
  const worst = ({ violated }: Rated): number => Math.max(...violated.map(({ excess }) => excess));
  let nearest = rated[0]!;
  for (const other of rated) if (worst(other) < worst(nearest)) nearest = other;
  const { name } = nearest.candidate;
  return { name, relax: nearest.violated.map((violation) => explain(violation, name, request, known)) };
}
