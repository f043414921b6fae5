import { log2 } from '../../host/logarithm.ts';
import { type Algorithm, twoTo } from './algorithm.ts';

// Of sketches the hash of a key is not counted: it costs the same whatever their sizes.

const keys = { meaning: 'keys added' };

/**
 * A multiply-add an entry; 4 bytes each for values and columns, and for where rows start. Building from coordinates counts the
 * entries of rows, and puts each in its place (Saad, "Iterative methods for sparse linear systems", 2nd edition, section 3.4).
 */
export const csrMatvec: Algorithm = {
  name: 'sparse matrix times vector, compressed rows',
  sizes: { n: { meaning: 'rows' }, nonzeros: { meaning: 'entries', least: 0 } },
  training: { text: 'O(nonzeros + n)', unit: 'access', count: ({ n, nonzeros }) => 2 * nonzeros + n },
  prediction: { text: 'O(nonzeros)', unit: 'FLOP', count: ({ nonzeros }) => 2 * nonzeros },
  space: { text: 'O(nonzeros + n)', unit: 'byte', count: ({ n, nonzeros }) => 4 * (2 * nonzeros + n + 1) },
};

/**
 * At each rating a dot product, 2 a factor, and both updates `p = (1 - rate penalty) p + (rate error) q`, 3 each (Koren, Bell and
 * Volinsky, "Matrix factorization techniques for recommender systems", 2009, its update with the rate multiplied out). Without
 * biases. A prediction is one pair.
 */
export const mfSgd: Algorithm = {
  name: 'matrix factorization, stochastic gradient descent',
  sizes: {
    nonzeros: { meaning: 'ratings' },
    users: { meaning: 'users' },
    items: { meaning: 'items' },
    factors: { meaning: 'factors of a user or an item' },
    epochs: { meaning: 'passes over the ratings' },
  },
  training: {
    text: 'O(epochs nonzeros factors)',
    unit: 'FLOP',
    count: ({ nonzeros, factors, epochs }) => 8 * epochs * nonzeros * factors,
  },
  prediction: { text: 'O(factors)', unit: 'FLOP', count: ({ factors }) => 2 * factors },
  space: {
    text: 'O((users + items) factors)',
    unit: 'byte',
    count: ({ users, items, factors }) => 4 * (users + items) * factors,
  },
};

/** A counter in each row (Cormode and Muthukrishnan, "An improved data stream summary", 2005, section 3). */
export const countMin: Algorithm = {
  name: 'Count-Min sketch',
  sizes: {
    n: keys,
    width: { meaning: 'counters of a row' },
    depth: { meaning: 'rows' },
    counterBytes: { meaning: 'bytes of a counter', default: 4 },
  },
  training: { text: 'O(n depth)', unit: 'access', count: ({ n, depth }) => n * depth },
  prediction: { text: 'O(depth)', unit: 'access', count: ({ depth }) => depth },
  space: {
    text: 'O(width depth)',
    unit: 'byte',
    count: ({ width, depth, counterBytes }) => width * depth * counterBytes,
  },
};

/** A register a key; an estimate reads all (Flajolet et al., "HyperLogLog", 2007). Registers of a byte. */
export const hyperLogLog: Algorithm = {
  name: 'HyperLogLog',
  sizes: { n: keys, precision: { meaning: 'logarithm of the registers to base 2', default: 14 } },
  training: { text: 'O(n)', unit: 'access', count: ({ n }) => n },
  prediction: { text: 'O(2^precision)', unit: 'access', count: ({ precision }) => twoTo(precision) },
  space: { text: 'O(2^precision)', unit: 'byte', count: ({ precision }) => twoTo(precision) },
};

/**
 * A bit a hash (Bloom, "Space/time trade-offs in hash coding with allowable errors", 1970). Unless told, as many hashes as leave
 * the fewest false answers, `bits / n ln 2` (Broder and Mitzenmacher, "Network applications of Bloom filters", 2004, section 2).
 */
export const bloom: Algorithm = {
  name: 'Bloom filter',
  sizes: {
    n: keys,
    bits: { meaning: 'bits of the filter' },
    hashes: {
      meaning: 'bits that a key sets',
      default: ({ n, bits }) => Math.max(1, Math.round((bits / n) * Math.LN2)),
    },
  },
  training: { text: 'O(n hashes)', unit: 'access', count: ({ n, hashes }) => n * hashes },
  prediction: { text: 'O(hashes)', unit: 'access', count: ({ hashes }) => hashes },
  space: { text: 'O(bits)', unit: 'byte', count: ({ bits }) => Math.ceil(bits / 8) },
};

/**
 * Levels of k, 2/3 k, 4/9 k, ... values, 3 k in all, each of which is sorted when it is full, and of which half go up (Karnin,
 * Lang and Liberty, "Optimal quantile approximation in streams", 2016, section 3): at most `log2 k` comparisons a value, and a
 * question sorts all that is kept. Values of 8 bytes.
 */
export const kll: Algorithm = {
  name: 'KLL quantile sketch',
  sizes: { n: { meaning: 'values added' }, k: { meaning: 'values of the highest level', default: 200 } },
  training: { text: 'O(n log k)', unit: 'comparison', count: ({ n, k }) => n * log2(k) },
  prediction: {
    text: 'O(k log k)',
    unit: 'comparison',
    count: ({ n, k }) => Math.min(n, 3 * k) * log2(Math.min(n, 3 * k)),
  },
  space: { text: 'O(k)', unit: 'byte', count: ({ n, k }) => 8 * Math.min(n, 3 * k) },
};
