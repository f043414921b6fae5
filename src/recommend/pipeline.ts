import { invalid } from './profile-json.ts';
import { checkName, checkRun, Profiler } from './profiler.ts';
import { checkCandidates, type StageProfile } from './stage-profile.ts';
import { elapsed, isPromise, timed } from './timed.ts';

/** How a {@link Pipeline} is run. */
export interface PipelineOptions {
  /** Measures requests and stages; without one, no clock is read. */
  readonly profiler?: Profiler;
}

/** What a stage tells of itself. */
export interface StageOptions<Context> {
  /**
   * How many candidates a call of the stage has, from the context that it takes, before it runs: what
   * `Profiler.latencyBudget` needs. Asked only when a profiler measures.
   */
  readonly count?: (context: Context) => number;
}

/** How one request is run; every stage is given it too. */
export interface RunOptions {
  /** Stops the request between two stages: run() rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The context after a stage: what the stage gave, or promised, and where that is undefined what it took. */
export type NextContext<Context, Result> =
  Awaited<Result> extends infer Given ? (Given extends void ? Context : Given) : never;

interface Stage {
  readonly name: string;
  readonly run: Run | Pipeline<never, unknown>;
  readonly count: ((context: unknown) => number) | undefined;
}
type Run = (context: unknown, options: RunOptions) => unknown;

/** A stage as it is run. */
interface Step {
  readonly run: Run;
  readonly count: ((context: unknown) => number) | undefined;
  readonly profile: StageProfile | undefined;
}

/**
 * Named stages, one after the other, around the context of a request. A stage takes the context and gives the next one, or
 * nothing to keep it; it may be async, or a pipeline of its own, whose stages are profiled as 'rank/features'. Pipelines are
 * immutable: `stage` gives a new one, which takes what this one takes. One may run any number of requests at a time.
 *
 * @example
 * const profiler = new Profiler();
 * const pipeline = new Pipeline<Request>({ profiler })
 *   .stage('retrieve', (request) => ({ ...request, candidates: recommender.recommend(request.user, { k: 500 }).ids }))
 *   .stage('rank', (context) => ranked(context), { count: ({ candidates }) => candidates.length });
 * const { candidates } = await pipeline.run({ user: 42 });
 * profiler.report().toTable();
 */
export class Pipeline<Input, Output = Input> {
  readonly profiler: Profiler | undefined;
  #stages: readonly Stage[] = [];
  #steps: readonly Step[] = [];

  /** @throws LanewiseError `INVALID_ARGUMENT` */
  constructor({ profiler }: PipelineOptions = {}) {
    if (profiler !== undefined && !(profiler instanceof Profiler))
      throw invalid('profiler must be a Profiler.', profiler);
    this.profiler = profiler;
  }

  /** Names of the stages, in order. */
  get stages(): string[] {
    return this.#stages.map(({ name }) => name);
  }

  /**
   * A pipeline with one more stage.
   *
   * @param name not that of another stage, and without '/', which stands between a stage and those in it
   * @param run what it does. A pipeline is measured by the profiler of the one that it is a stage of, not by its own
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  stage<Result>(
    name: string,
    run: Pipeline<Output, Result>,
    options?: StageOptions<Output>,
  ): Pipeline<Input, Result>;
  stage<Result>(
    name: string,
    run: (context: Output, options: RunOptions) => Result,
    options?: StageOptions<Output>,
  ): Pipeline<Input, NextContext<Output, Result>>;
  stage(name: string, run: unknown, { count }: StageOptions<never> = {}): Pipeline<Input, never> {
    if (checkName(name).includes('/') || this.stages.includes(name)) {
      throw invalid(
        `Stages need names of their own, without '/'; got '${name}'. For stages of a stage, give it a Pipeline.`,
        name,
      );
    }
    if (!(run instanceof Pipeline)) checkRun(run);
    if (count !== undefined) checkRun(count);
    const next = new Pipeline<Input, never>(this.profiler && { profiler: this.profiler });
    next.#stages = [...this.#stages, { name, run, count } as Stage];
    next.#steps = Pipeline.#stepsOf(next.#stages, this.profiler, '');
    return next;
  }

  /**
   * Runs one request. Stages that give no promise are not waited for: all of them run in one turn. What a stage throws
   * rejects unchanged, and counts as an error of that stage and of the request.
   *
   * @throws the reason of `signal`
   */
  run(input: Input, options: RunOptions = {}): Promise<Output> {
    const { profiler } = this;
    const run = (): Promise<unknown> => advance(this.#steps, profiler?.now, input, options);
    return (profiler ? timed(profiler.now, profiler.profileOf(), run, undefined) : run()) as Promise<Output>;
  }

  static #stepsOf(stages: readonly Stage[], profiler: Profiler | undefined, prefix: string): Step[] {
    return stages.map(({ name, run, count }) => {
      const path = prefix + name;
      const profile = profiler?.profileOf(path);
      if (!(run instanceof Pipeline)) return { run, count, profile };
      const steps = Pipeline.#stepsOf(run.#stages, profiler, `${path}/`);
      return { run: (context, options) => advance(steps, profiler?.now, context, options), count, profile };
    });
  }
}

async function advance(
  steps: readonly Step[],
  now: (() => number) | undefined,
  input: unknown,
  options: RunOptions,
): Promise<unknown> {
  let context = input;
  for (const { run, count, profile } of steps) {
    options.signal?.throwIfAborted();
    const candidates = profile && checkCandidates(count?.(context));
    const start = now?.() ?? 0;
    try {
      let next = run(context, options);
      if (isPromise(next)) next = await next;
      if (next !== undefined) context = next;
    } catch (error) {
      profile?.recordError(elapsed(now!, start));
      throw error;
    }
    profile?.record(elapsed(now!, start), candidates);
  }
  options.signal?.throwIfAborted();
  return context;
}
