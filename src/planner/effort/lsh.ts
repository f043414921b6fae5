import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';
import { checkShape, collisionProbability } from '../../search/lsh-model.ts';
import { checkProbes, MOST_WEIGHTS } from '../../search/lsh-options.ts';
import { type Curve, heightOf } from './curve.ts';
import type { EffortOptions, Model, Size } from './model.ts';

/** How far the k nearest of so many rows lean towards a query from the right angle, radians: the mean. */
const NEARNESS: Curve<'rows' | 'k'> = { at: 0.084, rows: 0.066, k: -0.069 };
/** How far single neighbours lie from that. */
const DEVIATION = 0.145;
/** To the hardest and easiest of the sets of data, radians: beyond mean angles, for angles of a set are spread otherwise, too. */
const TABLE_SHIFTS: readonly [number, number] = [-0.15, 0.25];
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
  const probes = [checkProbes(given.probesPerTable ?? 1)];
  let shapes: RatedShapes | undefined;
  const rated = (): RatedShapes => {
    shapes ??= rateShapes(size, given);
    return shapes;
  };
  return {
    shifts: TABLE_SHIFTS,
    recall(shift) {
      const margins = marginsOf(bits, probes[0]!);
      return foundShares(neighbourAngles(size, shift), bits, { margins, probes, tables: [tables] })[0]!;
    },
    most: () => rated().found.reduce((most, found) => Math.max(most, found), 0),
    least(recall) {
      const { options, found, cost } = rated();
      let best = -1;
      for (let i = 0; i < found.length; i++)
        if (found[i]! >= recall && !(best >= 0 && cost[best]! <= cost[i]!)) best = i;
      return best < 0 ? undefined : options(best);
    },
  };
}

/** Shapes of hash tables: the shares of the neighbours in their buckets, and what searching them costs, in hyperplanes. */
interface RatedShapes {
  readonly found: Float64Array;
  readonly cost: Float64Array;
  readonly options: (shape: number) => EffortOptions;
}

/** All that can be made with what is given; what takes more hyperplanes than an index may hold finds nothing. */
function rateShapes({ rows, dimensions, k }: Size, given: EffortOptions): RatedShapes {
  const near = neighbourAngles({ rows, k }, 0);
  const allBits = given.bits ? [given.bits] : BITS;
  const tables = given.tables ? [given.tables] : TABLES;
  const probes = given.probesPerTable ? [given.probesPerTable] : PROBES;
  const isUsual = probes === PROBES && tables === TABLES;
  const each = probes.length * tables.length;
  const found = new Float64Array(allBits.length * each);
  const cost = new Float64Array(found.length);
  allBits.forEach((bits, at) => {
    const { margins, scored } = isUsual ? usualBuckets(bits) : bucketsOf(bits, probes, tables);
    found.set(foundShares(near, bits, { margins, probes, tables }), at * each);
    for (let i = 0; i < each; i++) {
      const [count, probed] = [tables[i % tables.length]!, probes[Math.floor(i / tables.length)]!];
      if (count * bits * dimensions > MOST_WEIGHTS) found[at * each + i] = 0;
      cost[at * each + i] = count * (bits + probed) + CANDIDATE_COST * rows * scored[i]!;
    }
  });
  const options = (shape: number): EffortOptions => ({
    tables: tables[shape % tables.length]!,
    bits: allBits[Math.floor(shape / each)]!,
    probesPerTable: probes[Math.floor((shape % each) / tables.length)]!,
  });
  return { found, cost, options };
}

/** What signatures of so many bits come to, whatever is searched for. */
interface Buckets {
  readonly margins: readonly number[];
  /** The shares of all rows that are scored, as `foundShares` has them. */
  readonly scored: Float64Array;
}

function bucketsOf(bits: number, probes: readonly number[], tables: readonly number[]): Buckets {
  const margins = marginsOf(bits, probes.at(-1)!);
  const any = anglesAbout(ANY_ROWS.mean, ANY_ROWS.deviation);
  return { margins, scored: foundShares(any, bits, { margins, probes, tables }) };
}

/** Those of `PROBES` and `TABLES`, once they were asked for: `plan` asks again and again. */
let known: Map<number, Buckets> | undefined;

function usualBuckets(bits: number): Buckets {
  known ??= new Map();
  const buckets = known.get(bits) ?? bucketsOf(bits, PROBES, TABLES);
  known.set(bits, buckets);
  return buckets;
}

function neighbourAngles({ rows, k }: Pick<Size, 'rows' | 'k'>, shift: number): number[] {
  return anglesAbout(Math.PI / 2 - heightOf(NEARNESS, { rows, k }) - shift, DEVIATION);
}

/** Angles as a normal distribution has them, within what the model is for. */
function anglesAbout(mean: number, deviation: number): number[] {
  return PARTS.map((part) => Math.max(LEAST_ANGLE, Math.min(Math.PI / 2, mean + part * deviation)));
}

/** Numbers of probes and of tables, ascending, and the margins that the probes flip. */
interface Tried {
  readonly margins: readonly number[];
  readonly probes: readonly number[];
  readonly tables: readonly number[];
}

/**
 * For each number of probes, and for each number of tables within it: the mean over the angles of the probability that one
 * of the probed buckets of one of the tables holds a row there.
 */
function foundShares(
  angles: readonly number[],
  bits: number,
  { margins, probes, tables }: Tried,
): Float64Array {
  const found = new Float64Array(probes.length * tables.length);
  for (const angle of angles) {
    const shared = collisionProbability(angle);
    let unflipped = 1;
    for (let bit = 0; bit < bits; bit++) unflipped *= shared;
    // A bit is flipped with odds of exp(-margin x SLOPE / tan(angle)): the neighbour lies beyond the margin.
    const slope = SLOPE * tangent(Math.PI / 2 - angle);
    let [odds, probe, at] = [0, 0, 0];
    for (const most of probes) {
      for (; probe < most && probe < margins.length; probe++) odds += exp(-slope * margins[probe]!);
      const missedByOne = 1 - Math.min(1, unflipped * odds);
      let [missed, table] = [1, 0];
      for (const count of tables) {
        for (; table < count; table++) missed *= missedByOne;
        found[at++]! += (1 - missed) / angles.length;
      }
    }
  }
  return found;
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
