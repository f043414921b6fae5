import { LanewiseError } from '../host/errors.ts';
import { ln } from '../host/logarithm.ts';
import { murmur3 } from '../host/murmur3.ts';
import { checkNumber } from '../vectors/input.ts';

/** What is assigned: a user, a session, a device. A number is the key that its decimal digits are. */
export type SplitKey = string | number | bigint;

/** Which of many splits one is. */
export interface TrafficSplitOptions {
  /** A number, or the name of the experiment: splits of different seeds are independent of one another. @default 0 */
  readonly seed?: number | string;
}

/** Weights below it would not be told apart by 32 bits. */
const LARGEST_WEIGHT = 2 ** 32;

interface Variant<Name extends string> {
  readonly name: Name;
  readonly weight: number;
  readonly seed: number;
}

/**
 * Assigns variants by a hash of key and seed: nothing is stored, and every server, page and language that has MurmurHash3
 * assigns the same. The variant of the largest weight / -ln u wins, u within 0..1 being the hash of the key, seeded by that
 * of the variant's name (weighted rendezvous hashing: Thaler and Ravishankar, "Using name-based mappings to increase hit
 * rates", 1998; Resch, "New hashing algorithms for data storage", 2015).
 *
 * So a change of weights moves no key but towards a variant whose weight grew by more: a new variant takes its share of
 * all others and moves nothing else, one that is taken away leaves all other keys where they are, and the order of variants
 * does not matter. Cost of a key: O(variants x its length).
 *
 * @example
 * const split = new TrafficSplit({ control: 9, treatment: 1 }, { seed: 'shorter checkout' });
 * split.assign('user-4711'); // 'control' of nine keys in ten, and always the same of one
 */
export class TrafficSplit<Name extends string = string> {
  readonly #variants: readonly Variant<Name>[];

  /**
   * @param weights of each variant by its name, 0..2^32; only their proportions count, and of 0 a variant gets no keys
   * @throws LanewiseError `INVALID_ARGUMENT`, also where all weights are 0
   */
  constructor(weights: Readonly<Record<Name, number>>, { seed = 0 }: TrafficSplitOptions = {}) {
    if (typeof seed !== 'string' && !Number.isSafeInteger(seed))
      throw wrong('seed', 'an integer or a text', seed);
    const hashed = murmur3(String(seed));
    const variants = (Object.entries(weights ?? {}) as [Name, number][]).map(([name, weight]) => ({
      name,
      weight: checkNumber(`The weight of ${name}`, weight, 0, LARGEST_WEIGHT),
      seed: murmur3(name, hashed),
    }));
    this.#variants = variants.filter(({ weight }) => weight > 0);
    if (this.#variants.length === 0) throw wrong('weights', 'above 0 for one variant', weights);
  }

  /**
   * The variant of a key.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for an empty text, which whoever has no key would share, and fractions
   */
  assign(key: SplitKey): Name {
    const isKey = typeof key === 'string' ? key !== '' : typeof key === 'bigint' || Number.isSafeInteger(key);
    if (!isKey) throw wrong('key', 'a text that is not empty, a safe integer or a bigint', key);
    const text = String(key);
    let best = this.#variants[0]!;
    let most = 0;
    for (const variant of this.#variants) {
      const score = variant.weight / -ln((murmur3(text, variant.seed) + 0.5) / 2 ** 32);
      if (score > most) {
        most = score;
        best = variant;
      }
    }
    return best.name;
  }
}

function wrong(name: string, expected: string, got: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `${name} must be ${expected}; got ${String(got)}.`, {
    expected,
    got,
  });
}
