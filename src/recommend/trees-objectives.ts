import { exp } from '../host/exponential.ts';
import { ln } from '../host/logarithm.ts';

const fround = Math.fround;

/** How an objective reads its base score, and what it makes of the sums of leaves. */
interface Link {
  /** The margin of a base score, float32; not a finite number where the score lies outside of what the link takes. */
  readonly marginOf: (score: number) => number;
  /** Turns margins into predictions in place: rows x outputs. */
  readonly transform: (margins: Float32Array, outputs: number) => void;
}

const asIs = (score: number): number => score;
const logOdds = (score: number): number => {
  const odds = fround(fround(1 / score) - 1);
  return odds > 0 && odds < Number.POSITIVE_INFINITY ? fround(-ln(odds)) : Number.NaN;
};
const logarithm = (score: number): number => (score > 0 ? fround(ln(score)) : Number.NaN);

const identity: Link = { marginOf: asIs, transform: () => {} };
const logistic: Link = {
  marginOf: logOdds,
  transform: (margins) => each(margins, (margin) => 1 / (1 + exp(-margin))),
};
const exponential: Link = { marginOf: logarithm, transform: (margins) => each(margins, exp) };
const hinge: Link = {
  marginOf: asIs,
  transform: (margins) => each(margins, (margin) => (margin > 0 ? 1 : 0)),
};
const softmax: Link = { marginOf: asIs, transform: normalize };

/** Objectives of several classes: one tree a class and round. */
export const MOST_LIKELY = 'multi:softmax';
const PROBABILITIES = 'multi:softprob';

const LINKS: ReadonlyMap<string, Link> = new Map([
  ['binary:hinge', hinge],
  ['binary:logistic', logistic],
  ['binary:logitraw', identity],
  ['count:poisson', exponential],
  [MOST_LIKELY, softmax],
  [PROBABILITIES, softmax],
  ['rank:map', identity],
  ['rank:ndcg', identity],
  ['rank:pairwise', identity],
  ['reg:absoluteerror', identity],
  ['reg:gamma', exponential],
  ['reg:linear', identity],
  ['reg:logistic', logistic],
  ['reg:pseudohubererror', identity],
  ['reg:squarederror', identity],
  ['reg:squaredlogerror', identity],
  ['reg:tweedie', exponential],
  ['survival:aft', exponential],
  ['survival:cox', exponential],
]);

/** The objectives whose predictions are known, in the order of their names. */
export function objectives(): readonly string[] {
  return [...LINKS.keys()];
}

export function linkOf(objective: string): Link | undefined {
  return LINKS.get(objective);
}

function each(margins: Float32Array, transform: (margin: number) => number): void {
  for (let i = 0; i < margins.length; i++) margins[i] = transform(margins[i]!);
}

/** Margins of the classes as probabilities; less the largest of them, so that no power overflows. */
function normalize(margins: Float32Array, classes: number): void {
  for (let row = 0; row < margins.length; row += classes) {
    let largest = margins[row]!;
    for (let i = 1; i < classes; i++) largest = Math.max(largest, margins[row + i]!);
    let sum = 0;
    for (let i = 0; i < classes; i++) {
      const power = fround(exp(margins[row + i]! - largest));
      margins[row + i] = power;
      sum += power;
    }
    for (let i = 0; i < classes; i++) margins[row + i] = margins[row + i]! / sum;
  }
}
