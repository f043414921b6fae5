import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';
import { checkShape, collisionProbability } from '../../search/lsh-model.ts';
import { checkProbes } from '../../search/lsh-options.ts';
import { type Curve, heightOf } from './curve.ts';
import type { EffortOptions, Model, Size } from './model.ts';

/** How far the k nearest of so many rows lean towards a query from the right angle, radians: the mean. */
const NEARNESS: Curve<'rows' | 'k'> = { at: 0.084, rows: 0.066, k: -0.069 };
/** How far single neighbours lie from that. */
const DEVIATION = 0.145;
/** Shifts to the hardest and easiest data measured, radians. */
const TABLE_SHIFTS: readonly [number, number] = [-0.095, 0.203];
/** The same of a query and any row. */
const ANY_ROWS = { mean: 1.55, deviation: 0.14 };
/** Seven parts of a normal distribution, each as likely as the others: their middles, in deviations. */
const PARTS = [-1.465, -0.792, -0.366, 0, 0.366, 0.792, 1.465];
const LEAST_ANGLE = 0.1;
/** The normal distribution function is within .01 of the logistic one of this slope. */
const SLOPE = 1.702;

const TABLES = [4, 8, 12, 16, 24, 32, 48, 64];
const BITS = [6, 8, 10, 12, 14, 16, 18, 20, 22, 24];
const PROBES = [1, 2, 4, 8, 16, 32, 64, 128];
/** A candidate costs as much as hashing by so many hyperplanes (search/lsh-model.ts), a probe as much as one. */
const CANDIDATE_COST = 5;

/**
 * The share found: of neighbours at an angle, 1 - (1 - P)^tables, where P is the probability that one of the probed buckets
 * of a table holds them (Charikar, 2002; Lv et al., 2007), and of all neighbours, the mean over their angles. A shift
 * turns all neighbours towards the query, by so many radians.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function lshModel(size: Size, given: EffortOptions): Model {
  const { tables, bits } = checkShape({ tables: given.tables ?? 12, bits: given.bits ?? 18 });
  const probes = checkProbes(given.probesPerTable ?? 1);
  return {
    shifts: TABLE_SHIFTS,
    recall(shift) {
      const held = heldShares(neighbourAngles(size, shift), bits, marginsOf(bits, probes), [probes]);
      return foundIn(tables, held[0]!);
    },
    least: (recall) => cheapestShape(size, given, recall),
  };
}

function cheapestShape(size: Size, given: EffortOptions, recall: number): EffortOptions | undefined {
  const near = neighbourAngles(size, 0);
  const any = anglesAbout(ANY_ROWS.mean, ANY_ROWS.deviation);
  let best: EffortOptions | undefined;
  let leastCost = Number.POSITIVE_INFINITY;
  for (const bits of given.bits ? [given.bits] : BITS) {
    const probes = given.probesPerTable ? [given.probesPerTable] : PROBES;
    const margins = marginsOf(bits, probes.at(-1)!);
    const found = heldShares(near, bits, margins, probes);
    const scored = heldShares(any, bits, margins, probes);
    for (const [i, probesPerTable] of probes.entries()) {
      const tables = (given.tables ? [given.tables] : TABLES).find(
        (count) => foundIn(count, found[i]!) >= recall,
      );
      if (tables === undefined) continue;
      const candidates = size.rows * foundIn(tables, scored[i]!);
      const cost = tables * (bits + probesPerTable) + CANDIDATE_COST * candidates;
      if (cost < leastCost) [best, leastCost] = [{ tables, bits, probesPerTable }, cost];
    }
  }
  return best;
}

function neighbourAngles({ rows, k }: Size, shift: number): number[] {
  return anglesAbout(Math.PI / 2 - heightOf(NEARNESS, { rows, k }) - shift, DEVIATION);
}

/** Angles as a normal distribution has them, within what the model is for. */
function anglesAbout(mean: number, deviation: number): number[] {
  return PARTS.map((part) => Math.max(LEAST_ANGLE, Math.min(Math.PI / 2, mean + part * deviation)));
}

/** The mean share of rows that lie in a probed bucket of one table or another, from the shares that one table holds. */
function foundIn(tables: number, held: readonly number[]): number {
  let found = 0;
  for (const share of held) {
    let missed = 1;
    for (let table = 0; table < tables; table++) missed *= 1 - share;
    found += (1 - missed) / held.length;
  }
  return found;
}

/** For each number of probes, ascending: the probability at each angle that one of them finds a row there. */
function heldShares(
  angles: readonly number[],
  bits: number,
  margins: readonly number[],
  probes: readonly number[],
): number[][] {
  const shares: number[][] = probes.map(() => []);
  for (const angle of angles) {
    let unflipped = 1;
    for (let bit = 0; bit < bits; bit++) unflipped *= collisionProbability(angle);
    // A bit is flipped with odds of exp(-margin x SLOPE / tan(angle)): the neighbour lies beyond the margin.
    const slope = SLOPE * tangent(Math.PI / 2 - angle);
    let odds = 0;
    let probe = 0;
    probes.forEach((most, i) => {
      for (; probe < Math.min(most, margins.length); probe++) odds += exp(-slope * margins[probe]!);
      shares[i]!.push(Math.min(1, unflipped * odds));
    });
  }
  return shares;
}

/** Of each probe of a table, the sum of the margins that it flips, for a query whose margins are as normal numbers fall. */
function marginsOf(bits: number, most: number): number[] {
  let flips: readonly Flips[] = [{ margins: 0, squares: 0 }];
  for (let bit = 0; bit < bits; bit++) flips = flippedToo(flips, marginOf(bit, bits), most);
  return flips.map(({ margins }) => margins);
}

interface Flips {
  readonly margins: number;
  readonly squares: number;
}

/** Each of these sets of flips without and with one bit more, the least sums of squares, in order. */
function flippedToo(flips: readonly Flips[], margin: number, most: number): Flips[] {
  const merged: Flips[] = [];
  let [without, withBit] = [0, 0];
  while (merged.length < most && withBit < flips.length) {
    const flipped = flips[withBit]!;
    const squares = flipped.squares + margin * margin;
    if (without < flips.length && flips[without]!.squares <= squares) merged.push(flips[without++]!);
    else {
      merged.push({ margins: flipped.margins + margin, squares });
      withBit++;
    }
  }
  return merged;
}

/** The margin at the middle of a share of the absolute values of normal numbers, about. */
function marginOf(bit: number, bits: number): number {
  const share = (bit + 0.5) / bits;
  return ln((1 + share) / (1 - share)) / SLOPE;
}

/** For 0 <= x < pi / 2, by Lambert's continued fraction: within .1 % up to 1.47. */
function tangent(x: number): number {
  const squared = x * x;
  return x / (1 - squared / (3 - squared / (5 - squared / (7 - squared / 9))));
}
