import { checkNumber } from '../vectors/input.ts';
import { checkCount, checkPositive, finite } from './quantity.ts';

/** Work of which a part cannot be shared. */
export interface SerialShare {
  /** The share of the time that runs on one worker whatever their number, 0..1. */
  readonly serial: number;
}

/** Work and who does it. */
export interface SharedWork extends SerialShare {
  /** Threads, cores or machines, 1 or more. */
  readonly workers: number;
}

/** What workers were measured to bring. */
export interface MeasuredSpeedup {
  /** Time of one worker over the time of all, above 0. */
  readonly speedup: number;
  /** Threads, cores or machines. */
  readonly workers: number;
}

/** A stage that is made faster. */
export interface FasterStage {
  /** The share of the time that the stage takes, 0..1. */
  readonly share: number;
  /** How many times as fast it becomes, above 0. @default none: the stage is removed */
  readonly factor?: number;
}

/**
 * How many times as fast work of a fixed size becomes, `1 / (serial + (1 - serial) / workers)` (Amdahl, "Validity of the
 * single processor approach to achieving large scale computing capabilities", AFIPS 1967). `serial` is a share of the time of
 * one worker.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example amdahl({ serial: 0.05, workers: 8 }) // 5.926
 */
export function amdahl(work: SharedWork): number {
  const serial = checkNumber('serial', work?.serial, 0, 1);
  return 1 / (serial + (1 - serial) / checkCount('workers', work.workers));
}

/**
 * What {@link amdahl} tends to as workers are added without end, `1 / serial` times as fast (Amdahl, 1967).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW` where nothing is serial, or so little that there is no limit in doubles
 * @example amdahlLimit({ serial: 0.05 }) // 20
 */
export function amdahlLimit(work: SerialShare): number {
  return finite('The limit', 1 / checkNumber('serial', work?.serial, 0, 1));
}

/**
 * How many times as much work is done in the same time, `workers - serial (workers - 1)` (Gustafson, "Reevaluating Amdahl's
 * law", CACM 31(5), 1988): work that grows with the workers, as rows do that are sharded. `serial` is a share of the time that
 * all workers take, not that of one.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example gustafson({ serial: 0.05, workers: 8 }) // 7.65
 */
export function gustafson(work: SharedWork): number {
  const serial = checkNumber('serial', work?.serial, 0, 1);
  const workers = checkCount('workers', work.workers);
  return workers - serial * (workers - 1);
}

/**
 * The part of each worker that is of use, `speedup / workers` (Grama et al., "Introduction to Parallel Computing", 2003,
 * section 5.2.3). Above 1 where workers help each other, by their caches for instance.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example parallelEfficiency({ speedup: 5.926, workers: 8 }) // .741
 */
export function parallelEfficiency(measured: MeasuredSpeedup): number {
  return checkPositive('speedup', measured?.speedup) / checkCount('workers', measured.workers);
}

/**
 * The serial share that a measured speed-up tells of, `(1 / speedup - 1 / workers) / (1 - 1 / workers)`: {@link amdahl} solved
 * for it (Karp and Flatt, "Measuring parallel processor performance", CACM 33(5), 1990). Where it grows with the workers,
 * it is their coordination that costs, not work that cannot be shared. Negative where the speed-up exceeds the workers, above 1
 * where they are slower than one.
 *
 * @param measured of two workers at least
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example serialFraction({ speedup: 5.926, workers: 8 }) // .05
 */
export function serialFraction(measured: MeasuredSpeedup): number {
  const speedup = checkPositive('speedup', measured?.speedup);
  const one = 1 / checkCount('workers', measured.workers, 2);
  return finite('The serial share', (1 / speedup - one) / (1 - one));
}

/**
 * How many times as fast the whole becomes when a stage does: `1 / (1 - share + share / factor)`, and when it is removed, the
 * most that work on it can bring, `1 / (1 - share)` (Hennessy and Patterson, "Computer Architecture", 6th edition, section
 * 1.9).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW` where nothing is left
 * @example
 * stageSpeedup({ share: 0.8 }) // 5, whatever is done to the stage
 * stageSpeedup({ share: 0.8, factor: 4 }) // 2.5
 */
export function stageSpeedup(stage: FasterStage): number {
  const share = checkNumber('share', stage?.share, 0, 1);
  const { factor } = stage;
  const left = factor === undefined ? 0 : share / checkPositive('factor', factor);
  return finite('The speed-up', 1 / (1 - share + left));
}
