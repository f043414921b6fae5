import { log2 } from '../../host/logarithm.ts';
import { type Algorithm, type AlgorithmSizes, twoTo } from './algorithm.ts';

const n = { meaning: 'training rows' };
const d = { meaning: 'features of a row' };
const epochs = { meaning: 'passes over the rows' };
const trees = { meaning: 'trees' };
const depth = { meaning: 'levels of splits of a tree' };

/**
 * Least squares by the normal equations: half of the symmetric Gram matrix, `n d^2`, and its Cholesky factors, `d^3 / 3` (Golub
 * and Van Loan, "Matrix Computations", 4th edition, section 5.3.2). The row of ones for an intercept counts as a feature.
 */
export const ols: Algorithm = {
  name: 'ordinary least squares, normal equations',
  sizes: { n, d },
  training: { text: 'O(n d^2 + d^3)', unit: 'FLOP', count: ({ n, d }) => n * d * d + (d * d * d) / 3 },
  prediction: { text: 'O(d)', unit: 'FLOP', count: ({ d }) => 2 * d },
  space: { text: 'O(d)', unit: 'byte', count: ({ d }) => 4 * d },
};

/**
 * A dot product and an update of `2 d` each a step, whatever the loss (Bottou, "Large-scale machine learning with stochastic
 * gradient descent", COMPSTAT 2010, section 2). The sigmoid, one a step, is not counted.
 */
export const logisticRegression: Algorithm = {
  name: 'logistic regression, stochastic gradient descent',
  sizes: { n, d, epochs },
  training: { text: 'O(epochs n d)', unit: 'FLOP', count: ({ n, d, epochs }) => 4 * epochs * n * d },
  prediction: { text: 'O(d)', unit: 'FLOP', count: ({ d }) => 2 * d },
  space: { text: 'O(d)', unit: 'byte', count: ({ d }) => 4 * d },
};

/**
 * At each level every node sorts its rows by each of the features that it draws: all nodes of level l together `n log2(n / 2^l)`
 * comparisons a feature, of balanced trees (Louppe, "Understanding random forests", 2014, section 5.1, whose sum over all
 * levels is of order `n log^2 n`; Breiman, "Random forests", 2001). A node takes 16 bytes: feature, threshold and two children.
 */
export const randomForest: Algorithm = {
  name: 'random forest',
  sizes: {
    n,
    d,
    trees,
    depth: { meaning: 'levels of splits of a tree', default: ({ n }) => Math.max(1, Math.floor(log2(n))) },
    features: {
      meaning: 'features that a split chooses from',
      default: ({ d }) => Math.floor(Math.sqrt(d)),
      most: 'd',
    },
  },
  training: {
    text: 'O(trees features n depth log n)',
    unit: 'comparison',
    count: ({ n, trees, depth, features }) => {
      const most = log2(n);
      const levels = Math.min(depth, most);
      return trees * features * n * levels * (most - (levels - 1) / 2);
    },
  },
  prediction: { text: 'O(trees depth)', unit: 'comparison', count: ({ trees, depth }) => trees * depth },
  space: {
    text: 'O(trees 2^depth)',
    unit: 'byte',
    count: ({ n, trees, depth }) => 32 * trees * Math.min(twoTo(depth), n),
  },
};

/**
 * Columns are sorted once, to bin them; then each level of each tree adds two gradients of every entry to the histograms of its
 * nodes (Ke et al., "LightGBM", NIPS 2017, section 2.1; Chen and Guestrin, "XGBoost", KDD 2016, section 3). Choosing among the
 * bins is not counted: they are few beside rows. Perfect trees: 8 bytes a split, feature and threshold, and 4 a leaf.
 */
export const gradientBoosting: Algorithm = {
  name: 'gradient boosting, histograms',
  sizes: { n, d, trees, depth },
  training: {
    text: 'O(trees depth n d + n d log n)',
    unit: 'FLOP',
    count: ({ n, d, trees, depth }) => 2 * trees * depth * n * d + n * d * log2(n),
  },
  prediction: { text: 'O(trees depth)', unit: 'comparison', count: ({ trees, depth }) => trees * depth },
  space: {
    text: 'O(trees 2^depth)',
    unit: 'byte',
    count: ({ trees, depth }) => 12 * trees * twoTo(depth),
  },
};

/**
 * Lloyd's iterations: every row against every centre by `|c|^2 / 2 - x c`, and the rows of each added up (Lloyd, "Least squares
 * quantization in PCM", 1982; Manning et al., "Introduction to Information Retrieval", section 16.4). Seeding is not counted.
 */
export const kMeans: Algorithm = {
  name: "k-means, Lloyd's iterations",
  sizes: { n, d, k: { meaning: 'centres', most: 'n' }, iterations: { meaning: 'iterations' } },
  training: {
    text: 'O(iterations n k d)',
    unit: 'FLOP',
    count: ({ n, d, k, iterations }) => iterations * n * d * (2 * k + 1),
  },
  prediction: { text: 'O(k d)', unit: 'FLOP', count: ({ d, k }) => 2 * k * d },
  space: { text: 'O(k d)', unit: 'byte', count: ({ d, k }) => 4 * k * d },
};

/**
 * With l = k + oversamples: 2 iterations + 2 products of the matrix with l columns, and as many orthonormal bases, half of them
 * of n rows and half of d, at `2 l^2` a row (Halko, Martinsson and Tropp, "Finding structure with randomness", 2011, sections
 * 5.2 and 6.1; Golub and Van Loan, section 5.2.8). A prediction maps one row.
 */
export const truncatedSvd: Algorithm = {
  name: 'truncated SVD, randomized',
  sizes: {
    n,
    d,
    k: { meaning: 'singular vectors', most: 'd' },
    iterations: { meaning: 'power iterations', default: 5, least: 0 },
    oversamples: { meaning: 'directions beyond k', default: 10, least: 0 },
    nonzeros: { meaning: 'entries of the matrix', default: ({ n, d }) => n * d },
  },
  training: {
    text: 'O(iterations (nonzeros l + (n + d) l^2)), l = k + oversamples',
    unit: 'FLOP',
    count: ({ n, d, k, iterations, oversamples, nonzeros }) => {
      const l = Math.min(k + oversamples, n, d);
      return (iterations + 1) * l * (4 * nonzeros + 2 * (n + d) * l);
    },
  },
  prediction: {
    text: 'O(k nonzeros / n)',
    unit: 'FLOP',
    count: ({ n, k, nonzeros }) => 2 * k * (nonzeros / n),
  },
  space: { text: 'O(k d)', unit: 'byte', count: ({ d, k }) => 4 * k * d },
};

const weights = ({ d, width, layers, outputs }: AlgorithmSizes): number =>
  d * width + (layers - 1) * width * width + width * outputs;

/**
 * 2 FLOPs a weight forward, 4 backward: the gradient of the weight, and that of its input, which the first layer does without
 * (Goodfellow, Bengio and Courville, "Deep Learning", section 6.5; Kaplan et al., "Scaling laws for neural language models",
 * 2020, section 2.1). Activations, biases and the step of the optimizer, which a batch shares, are not counted.
 */
export const mlp: Algorithm = {
  name: 'multilayer perceptron',
  sizes: {
    n,
    d,
    width: { meaning: 'units of a hidden layer' },
    layers: { meaning: 'hidden layers' },
    epochs,
    outputs: { meaning: 'outputs', default: 1 },
  },
  training: {
    text: 'O(epochs n (d width + layers width^2))',
    unit: 'FLOP',
    count: ({ n, d, width, epochs, ...shape }) =>
      epochs * n * (6 * weights({ d, width, ...shape }) - 2 * d * width),
  },
  prediction: { text: 'O(d width + layers width^2)', unit: 'FLOP', count: (sizes) => 2 * weights(sizes) },
  space: {
    text: 'O(d width + layers width^2)',
    unit: 'byte',
    count: ({ width, layers, outputs, ...rest }) =>
      4 * (weights({ width, layers, outputs, ...rest }) + layers * width + outputs),
  },
};

/**
 * Queries, keys, values and output, `8 n d^2`; scores and their values, `4 n^2 d`, in however many heads; two layers of the
 * feed-forward part, `4 n d hidden` (Vaswani et al., "Attention is all you need", 2017, table 1; Kaplan et al., table 1). Training
 * is a pass forward and twice as much backward.
 */
export const transformerLayer: Algorithm = {
  name: 'transformer layer',
  sizes: {
    n: { meaning: 'tokens of a sequence' },
    d: { meaning: 'width of the model' },
    hidden: { meaning: 'width of the feed-forward part', default: ({ d }) => 4 * d },
    sequences: { meaning: 'sequences to train on, all passes together', default: 1 },
  },
  training: {
    text: 'O(sequences (n d^2 + n^2 d))',
    unit: 'FLOP',
    count: ({ sequences, ...sizes }) => 3 * sequences * forward(sizes),
  },
  prediction: { text: 'O(n d^2 + n^2 d)', unit: 'FLOP', count: (sizes) => forward(sizes) },
  space: { text: 'O(d^2)', unit: 'byte', count: ({ d, hidden }) => 16 * d * d + 8 * d * hidden },
};

const forward = ({ n, d, hidden }: AlgorithmSizes): number =>
  8 * n * d * d + 4 * n * n * d + 4 * n * d * hidden;
