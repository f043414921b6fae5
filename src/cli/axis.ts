import { log2 } from '../host/logarithm.ts';

/** What one direction of a chart shows. */
export interface Axis {
  /** With the unit. */
  readonly label: string;
  readonly scale: 'linear' | 'log';
  /** The least and the largest value shown; above 0 where the scale is logarithmic. */
  readonly domain: readonly [number, number];
  /** How a value is written beside its line. */
  format(value: number): string;
}

interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Where a value stands: 0 at the start of the axis, 1 at its end. */
export function positionOf({ scale, domain: [low, high] }: Axis, value: number): number {
  if (scale === 'linear') return (value - low) / (high - low);
  // Quotients of such values may be beyond doubles, and products before they came here: of those there is no logarithm.
  const [from, to, at] = [low, high, value].map((x) => log2(Math.min(Math.max(x, LEAST), MOST))) as Decades;
  return to > from ? (at - from) / (to - from) : 0;
}

type Decades = [from: number, to: number, at: number];
const [LEAST, MOST] = [1e-300, 1e300];

/** Some values within the domain, about evenly apart. */
export function ticksOf(axis: Axis): Tick[] {
  const [low, high] = axis.domain;
  const values = axis.scale === 'log' ? decades(low, high) : steps(low, high);
  return values.map((value) => ({ value, text: axis.format(value) }));
}

const MOST_TICKS = 9;

/** 1, 10, 100, ...; with 2 and 5 between where these are few, and every other one where they are many. */
function decades(low: number, high: number): number[] {
  const within = (digits: readonly number[], every = 1): number[] => {
    const values: number[] = [];
    // Powers as they are read: those that are computed miss the ends of the domain by a rounding.
    for (let exponent = -300; exponent <= 300; exponent += every)
      values.push(...digits.map((digit) => Number(`${digit}e${exponent}`)));
    return values.filter((value) => value >= low && value <= high);
  };
  const powers = within([1]);
  if (powers.length > MOST_TICKS) return within([1], Math.ceil(powers.length / MOST_TICKS));
  return powers.length >= 4 ? powers : within([1, 2, 5]);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function steps(low: number, high: number): number[] {
  const candidates = decades((high - low) / 100, high - low).concat((high - low) / 5);
  const step = candidates.find((candidate) => (high - low) / candidate <= MOST_TICKS)!;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => (first + i) * step);
}
