import { LanewiseError } from '../host/errors.ts';
import { checkNumber } from '../vectors/input.ts';
import { checkCount, checkPositive, checkQuantity, finite } from './quantity.ts';
import { amdahl } from './scaling.ts';

/** One figure for each stage. */
export interface SimilarityStageValues {
  readonly embedding: number;
  readonly lookup: number;
  readonly postprocessing: number;
}

/** What likenesses are looked up for, in what, and at what cost. */
export interface SimilarityPipelineOptions {
  /** Query sequences, S. */
  readonly sequences: number;
  /** Models that embed each, M. @default 1 */
  readonly models?: number;
  /** Layers of each whose vectors are looked up, L. @default 1 */
  readonly layers?: number;
  /** Tokens of a sequence, Lq. */
  readonly queryLength: number;
  /** Vectors that are looked in, E. */
  readonly references: number;
  /** The share of references that each filter lets through, 0..1, one after the other. @default [] */
  readonly filters?: readonly number[];
  /** Neighbours that are kept of a sequence by a model, K. */
  readonly neighbours: number;
  /** Operations: of embedding a token, of one distance, of collapsing one neighbour. */
  readonly costs: SimilarityStageValues;
  /** Operations a second of one worker: one rate, or one for each stage. */
  readonly rate: number | SimilarityStageValues;
  /** Workers: one number, or one for each stage. @default 1 */
  readonly parallelism?: number | SimilarityStageValues;
  /** The share of every stage that no second worker speeds up, 0..1. @default 0 */
  readonly serialShare?: number;
}

/** One stage. */
export interface SimilarityStage {
  readonly name: keyof SimilarityStageValues;
  /** Tokens embedded, distances, or neighbours collapsed. */
  readonly units: number;
  readonly operations: number;
  /** On one worker, milliseconds. */
  readonly serial: number;
  /** On all of the stage's workers, milliseconds. */
  readonly time: number;
  /** Of the total time, 0..1. */
  readonly share: number;
}

/** The pipeline over so many references. */
export interface SimilarityRun {
  /** References that are compared with. */
  readonly references: number;
  /** Embedding, look-up, post-processing: in that order. */
  readonly stages: SimilarityStage[];
  readonly operations: number;
  /** On one worker, milliseconds. */
  readonly serial: number;
  /** Milliseconds. */
  readonly time: number;
  /** serial / time. */
  readonly parallelSpeedup: number;
  /** The stage that takes the most time: the one to work on. */
  readonly dominant: keyof SimilarityStageValues;
}

/** The pipeline with its filters, and without. */
export interface SimilarityPipeline extends SimilarityRun {
  readonly unfiltered: SimilarityRun;
  /** What the filters bring, unfiltered.time / time, without what they cost themselves. */
  readonly filterSpeedup: number;
}

const STAGES = ['embedding', 'lookup', 'postprocessing'] as const;

/**
 * What a pipeline takes that embeds sequences, looks each up among references, and collapses the neighbours found. Operations:
 * embedding S M Lq C, look-up S M L E distances of C each, post-processing S M K C, with C the stage's cost; filters shrink E to E_eff, to
 * the nearest whole vector, one at least. A stage on p workers with a serial share s is faster by 1 / (s + (1 - s) / p) (Amdahl, 1967).
 * Stages follow one another.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` naming the option; `OVERFLOW`
 * @example
 * similarityPipeline({
 *   sequences: 1000, queryLength: 300, references: 1e6, neighbours: 10,
 *   costs: { embedding: 1e9, lookup: 2048, postprocessing: 1e4 }, rate: 1e12,
 * }).dominant; // 'embedding': 3e14 operations against 2e12 and 1e8
 */
export function similarityPipeline(options: SimilarityPipelineOptions): SimilarityPipeline {
  const references = checkCount('references', options?.references);
  let kept = references;
  for (const share of filtersOf(options)) kept *= checkNumber('filters', share, 0, 1);
  const unfiltered = runOf(options, references);
  const filtered = runOf(options, Math.max(1, Math.round(kept)));
  return { ...filtered, unfiltered, filterSpeedup: unfiltered.time / filtered.time };
}

function filtersOf({ filters = [] }: SimilarityPipelineOptions): readonly number[] {
  if (Array.isArray(filters)) return filters;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `filters must be an array of shares in 0..1; got ${String(filters)}.`,
    { expected: 'array', got: filters },
  );
}

function runOf(options: SimilarityPipelineOptions, references: number): SimilarityRun {
  const embedded = checkCount('sequences', options.sequences) * checkCount('models', options.models ?? 1);
  const units = {
    embedding: embedded * checkCount('queryLength', options.queryLength),
    lookup: embedded * checkCount('layers', options.layers ?? 1) * references,
    postprocessing: embedded * checkCount('neighbours', options.neighbours),
  };
  const s = checkNumber('serialShare', options.serialShare ?? 0, 0, 1);
  const timed = STAGES.map((name) => {
    const operations = units[name] * checkQuantity(`costs.${name}`, options.costs?.[name]);
    const rate = checkPositive('rate', stageValue(options.rate, name));
    const workers = checkCount('parallelism', stageValue(options.parallelism ?? 1, name));
    const serial = finite('time', (finite('operations', operations) / rate) * 1000);
    return { name, units: units[name], operations, serial, time: serial / amdahl({ serial: s, workers }) };
  });
  const sum = (key: 'operations' | 'serial' | 'time'): number =>
    finite(
      key,
      timed.reduce((total, stage) => total + stage[key], 0),
    );
  const time = checkPositive('the time of all stages', sum('time'));
  const serial = sum('serial');
  return {
    references,
    stages: timed.map((stage) => ({ ...stage, share: stage.time / time })),
    operations: sum('operations'),
    serial,
    time,
    parallelSpeedup: serial / time,
    dominant: timed.reduce((most, stage) => (stage.time > most.time ? stage : most)).name,
  };
}

function stageValue(given: number | SimilarityStageValues, name: keyof SimilarityStageValues): number {
  return typeof given === 'object' ? given?.[name] : given;
}
