import { exp } from '../../host/exponential.ts';
import { ln, log2 } from '../../host/logarithm.ts';
import { type Algorithm, type AlgorithmSize, twoTo } from './algorithm.ts';

// A distance is an inner product throughout, 2 d FLOPs: squared differences would be 3 d. Keeping the best k is not counted.

const n = { meaning: 'rows' };
const d = { meaning: 'dimensions' };
const k = { meaning: 'neighbours', default: 10, most: 'n' };
const cells: AlgorithmSize = {
  meaning: 'cells',
  default: ({ n }) => Math.floor(Math.sqrt(n)),
  most: 'n',
};
const probes: AlgorithmSize = {
  meaning: 'cells searched',
  default: ({ cells }) => Math.max(1, Math.floor(cells / 10)),
  most: 'cells',
};
const iterations = { meaning: "Lloyd's iterations", default: 10 };

/** Every row is compared (Cover and Hart, "Nearest neighbor pattern classification", 1967): `2 n d`, whatever k is. */
export const knn: Algorithm = {
  name: 'k nearest neighbours, brute force',
  sizes: { n, d, k },
  training: { text: 'O(1)', unit: 'FLOP', count: () => 0 },
  prediction: { text: 'O(n d)', unit: 'FLOP', count: ({ n, d }) => 2 * n * d },
  space: { text: 'O(n d)', unit: 'byte', count: ({ n, d }) => 4 * n * d },
};

/**
 * Building looks for the widest dimension at each of log2 n levels, `2 n d` comparisons. A search goes down once, and compares
 * the rows whose boxes the ball of the k nearest touches, `((k G)^(1/d) + 1)^d` of them with G the volume of a cube over that of
 * the ball within it: independent of n, until that is all of them, from some log2 n dimensions on (Friedman, Bentley and Finkel,
 * "An algorithm for finding best matches in logarithmic expected time", 1977, section 4, buckets of one row, Euclidean).
 * A row has its id and a threshold beside it.
 */
export const kdTree: Algorithm = {
  name: 'k nearest neighbours, k-d tree',
  sizes: { n, d, k },
  training: { text: 'O(n d log n)', unit: 'comparison', count: ({ n, d }) => 2 * n * d * log2(n) },
  prediction: {
    text: 'O(log n + d (k^(1/d) + 1)^d), at most O(n d)',
    unit: 'FLOP',
    count: ({ n, d, k }) => log2(n) + 2 * d * examined(n, d, k),
  },
  space: { text: 'O(n d)', unit: 'byte', count: ({ n, d }) => 4 * n * (d + 2) },
};

function examined(n: number, d: number, k: number): number {
  if (d >= log2(n)) return n; // each factor is 2 at least
  let lnBall = d % 2 ? Math.LN2 : 0;
  for (let i = d % 2 ? 3 : 2; i <= d; i += 2) lnBall += ln((2 * Math.PI) / i);
  const side = 1 + 2 * exp((ln(k) - lnBall) / d);
  let rows = 1;
  for (let i = 0; i < d && rows < n; i++) rows *= side;
  return Math.min(n, rows);
}

/**
 * Random hyperplanes (Charikar, "Similarity estimation techniques from rounding algorithms", 2002; Indyk and Motwani, 1998).
 * Unless told, candidates are those of rows that have nothing in common, a random direction each: the mean of (1 - angle / pi)^bits,
 * with the cosine normal of variance 1/d, is `2^-bits e^(2 bits^2 / (pi^2 d))` where bits are fewer than dimensions. Real rows
 * crowd: measure theirs.
 */
export const lsh: Algorithm = {
  name: 'locality-sensitive hashing, random hyperplanes',
  sizes: {
    n,
    d,
    tables: { meaning: 'hash tables' },
    bits: { meaning: 'bits of a signature' },
    candidates: {
      meaning: 'rows compared',
      default: ({ n, d, tables, bits }) =>
        n * Math.min(1, tables * exp((2 * bits * bits) / (Math.PI * Math.PI * d) - bits * Math.LN2)),
      least: 0,
      most: 'n',
    },
  },
  training: {
    text: 'O(n d tables bits)',
    unit: 'FLOP',
    count: ({ n, d, tables, bits }) => 2 * n * d * tables * bits,
  },
  prediction: {
    text: 'O(d tables bits + d candidates)',
    unit: 'FLOP',
    count: ({ d, tables, bits, candidates }) => 2 * d * (tables * bits + candidates),
  },
  space: {
    text: 'O(n (d + tables) + d tables bits)',
    unit: 'byte',
    count: ({ n, d, tables, bits }) => 4 * (n * (d + tables) + d * tables * bits),
  },
};

/**
 * A walk keeps ef rows in mind over floor(log2 n) steps, and compares as many in each: `ef floor(log2 n) 2 d`, and adding a row
 * is one such walk (Malkov and Yashunin, "Efficient and robust approximate nearest neighbor search using hierarchical navigable
 * small world graphs", 2018, section 4.2, whose log n this is). Links: 2 m at the bottom and m on each layer above;
 * of rows, m^-l reach layer l, which makes 1 / (m - 1) layers a row (section 4.2.3 has 1 / ln m, before layers are rounded down).
 */
export const hnsw: Algorithm = {
  name: 'hierarchical navigable small world graph',
  sizes: {
    n,
    d,
    m: { meaning: 'links that a row chooses', default: 16, least: 2 },
    efConstruction: { meaning: 'rows in mind while building', default: 200 },
    ef: { meaning: 'rows in mind while searching', default: 64 },
  },
  training: {
    text: 'O(n efConstruction d log n)',
    unit: 'FLOP',
    count: ({ n, d, efConstruction }) => n * walk(n, d, efConstruction),
  },
  prediction: { text: 'O(ef d log n)', unit: 'FLOP', count: ({ n, d, ef }) => walk(n, d, ef) },
  space: {
    text: 'O(n (d + m))',
    unit: 'byte',
    count: ({ n, d, m }) => 4 * n * (d + m * (2 + 1 / (m - 1))),
  },
};

function walk(n: number, d: number, ef: number): number {
  let steps = 0;
  for (let rest = n; rest >= 2; rest /= 2) steps++;
  return ef * steps * 2 * d;
}

/**
 * All centres, and the rows of the cells that are probed, `2 d (cells + n probes / cells)`: cells hold n / cells rows each on
 * average (Sivic and Zisserman, "Video Google", 2003; Jegou et al., "Product quantization for nearest neighbor search", 2011,
 * section 4). Unless told, floor(sqrt n) cells, of which a tenth, rounded down, is probed. Building is k-means over all rows, and
 * putting each into its cell.
 */
export const ivf: Algorithm = {
  name: 'inverted file',
  sizes: { n, d, cells, probes, iterations },
  training: {
    text: 'O(iterations n cells d)',
    unit: 'FLOP',
    count: ({ n, d, cells, iterations }) => 2 * n * cells * d * (iterations + 1),
  },
  prediction: {
    text: 'O(d (cells + n probes / cells))',
    unit: 'FLOP',
    count: ({ n, d, cells, probes }) => 2 * d * cells + (probes / cells) * n * 2 * d,
  },
  space: {
    text: 'O(n d + cells d)',
    unit: 'byte',
    count: ({ n, d, cells }) => 4 * (n * (d + 1) + cells * d),
  },
};

/**
 * IVFADC: the residual of each cell that is probed to all sub-centres, `2 d 2^bits`, and then m additions a row (Jegou et al.,
 * section 4, table 2). Building trains cells and sub-centres, each over all rows, and encodes. A row is m codes and
 * its id. Unless told, 4 bits for each two dimensions.
 */
export const ivfPq: Algorithm = {
  name: 'inverted file with product quantization',
  sizes: {
    n,
    d,
    cells,
    probes,
    m: { meaning: 'subvectors of a row', default: ({ d }) => Math.ceil(d / 2), most: 'd' },
    bits: { meaning: 'bits of a code', default: 4 },
    iterations,
  },
  training: {
    text: 'O(iterations n d (cells + 2^bits))',
    unit: 'FLOP',
    count: ({ n, d, cells, bits, iterations }) => 2 * n * d * (cells + twoTo(bits)) * (iterations + 1),
  },
  prediction: {
    text: 'O(d (cells + probes 2^bits) + m n probes / cells)',
    unit: 'FLOP',
    count: ({ n, d, cells, probes, m, bits }) =>
      2 * d * (cells + probes * twoTo(bits)) + (probes / cells) * n * m,
  },
  space: {
    text: 'O(n m bits + d (cells + 2^bits))',
    unit: 'byte',
    count: ({ n, d, cells, m, bits }) => 4 * (n * (1 + (m * bits) / 32) + d * (cells + twoTo(bits))),
  },
};
