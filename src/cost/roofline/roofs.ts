import { checkPositive, checkQuantity, finite } from '../quantity.ts';
import { type HardwareChoice, type Roofs, roofsOf } from './hardware.ts';
import type { NumberFormat } from './number-format.ts';

/** What an operation computes and moves. */
export interface Traffic {
  /** Floating-point operations; a multiply-add is two. */
  readonly flops: number;
  /** Bytes between memory and the processor, in both directions. */
  readonly bytes: number;
}

/** What something runs on. */
export interface RunsOn {
  readonly hardware: HardwareChoice;
  /** @default 'float16' where the hardware has it, else 'float32' */
  readonly dtype?: NumberFormat;
}

/** Some intensity on some hardware. */
export interface IntensityOn extends RunsOn {
  /** FLOP a byte. */
  readonly intensity: number;
}

/** Some work on some hardware. */
export interface TrafficOn extends Traffic, RunsOn {}

/** What holds an operation back. */
export type RooflineBound = 'compute' | 'memory';

/** Where an operation stands under the roof. */
export interface RooflinePlace extends Traffic, Roofs {
  /** FLOP a byte. */
  readonly intensity: number;
  /** FLOP a byte from which on computing is what holds back. */
  readonly ridge: number;
  readonly bound: RooflineBound;
  /** FLOP/s at the roof. */
  readonly attainable: number;
  /** Of the peak, 0..1. */
  readonly utilization: number;
  /** At the roof, milliseconds: the least that it can take. */
  readonly time: number;
}

/**
 * Arithmetic intensity, FLOP a byte: flops / bytes (Williams, Waterman and Patterson, "Roofline", CACM 52, 2009).
 *
 * @throws LanewiseError `INVALID_ARGUMENT` unless flops is finite and not negative, and bytes finite and above 0;
 *   `OVERFLOW`
 */
export function intensity(work: Traffic): number {
  const flops = checkQuantity('flops', work?.flops);
  return finite('intensity', flops / checkPositive('bytes', work.bytes));
}

/**
 * The intensity where the two roofs meet, FLOP a byte: peak / bandwidth.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for unknown hardware, and roofs not above 0; `OVERFLOW`
 * @example roofline.ridge('a100-80gb'); // 312e12 / 2039e9 = 153.016
 */
export function ridge(hardware: HardwareChoice, dtype?: NumberFormat): number {
  const { peak, bandwidth } = roofsOf(hardware, dtype);
  return finite('ridge', peak / bandwidth);
}

/**
 * FLOP/s at the roof: min(peak, intensity x bandwidth) (Williams and others, 2009).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function attainable(point: IntensityOn): number {
  const at = checkQuantity('intensity', point?.intensity);
  const { peak, bandwidth } = roofsOf(point.hardware, point.dtype);
  return Math.min(peak, at * bandwidth);
}

/**
 * What holds back: 'memory' below the ridge, FLOP a byte, 'compute' from it on (Williams and others, 2009).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function bound(point: IntensityOn): RooflineBound {
  const at = checkQuantity('intensity', point?.intensity);
  return at < ridge(point.hardware, point.dtype) ? 'memory' : 'compute';
}

/**
 * The share of the peak that the roof allows, 0..1: attainable / peak. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function utilization(point: IntensityOn): number {
  return attainable(point) / roofsOf(point.hardware, point.dtype).peak;
}

/**
 * Milliseconds at the roof: max(flops / peak, bytes / bandwidth) (Williams and others, 2009, turned over).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function time(work: TrafficOn): number {
  const flops = checkQuantity('flops', work?.flops);
  const bytes = checkQuantity('bytes', work.bytes);
  const { peak, bandwidth } = roofsOf(work.hardware, work.dtype);
  return finite('time', Math.max(flops / peak, bytes / bandwidth) * 1000);
}

/**
 * All of it at once: where an operation stands under the roof.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * roofline.place({ ...roofline.softmax({ rows: 32, columns: 2048 }), hardware: 'a100-80gb' });
 * // { intensity: 1.25, bound: 'memory', utilization: .00817, ... }
 */
export function place(work: TrafficOn): RooflinePlace {
  const at = intensity(work);
  const { flops, bytes, ...on } = work;
  const runs = { hardware: on.hardware, ...(on.dtype !== undefined && { dtype: on.dtype }) };
  const point = { intensity: at, ...runs };
  return {
    flops,
    bytes,
    ...roofsOf(runs.hardware, runs.dtype),
    intensity: at,
    ridge: ridge(runs.hardware, runs.dtype),
    bound: bound(point),
    attainable: attainable(point),
    utilization: utilization(point),
    time: time({ flops, bytes, ...runs }),
  };
}
