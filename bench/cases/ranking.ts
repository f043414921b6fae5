import { Random } from 'lanewise';
import { GradientBoostedTrees } from 'lanewise/recommend';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

const TREES = 500;
const LEVELS = 6;
const FEATURES = 8;
/** Milliseconds that a textbook gives a decision on credit. */
const BUDGET = 50;

/** What scores candidates: the model of a credit decision. */
export const ranking: Case = {
  name: 'ranking',
  async run(setting) {
    return await boostedTrees(setting);
  },
};

interface FlatTree {
  readonly features: Int32Array;
  readonly conditions: Float32Array;
}

async function boostedTrees(setting: Setting): Promise<{ measurements: Measurement[]; figures: Figure[] }> {
  const count = setting.isQuick ? 20 : TREES;
  const job = `${count} trees of ${LEVELS} levels, ${FEATURES} features`;
  const made = Array.from({ length: count }, (_, i) => randomTree(new Random(i)));
  const trees = await GradientBoostedTrees.fromJson(modelOf(made));
  const rows = setting.isQuick ? 64 : 1024;
  const random = new Random(count);
  const features = Float32Array.from({ length: rows * FEATURES }, () => random.uniform());
  const out = new Float32Array(rows);

  const singly = decisions(trees, features, setting.isQuick ? 200 : 50_000);
  const one = summarize(job, 'one decision', singly, { queries: 1 });
  const all = time(() => trees.predict(features, { out }), patience(setting));
  const batch = summarize(job, `${rows} rows`, all, { queries: rows });
  const naively = time(() => predictNaively(made, features, out), patience(setting));
  const naive = summarize(job, `${rows} rows, naive JavaScript`, naively, { queries: rows });
  trees.dispose();

  const microseconds = ({ median, p99 }: Measurement): string =>
    `${(1000 * median).toFixed(1)} us, p99 ${(1000 * p99).toFixed(1)} us`;
  console.log(
    `${job}: one decision ${microseconds(one)}: ${(BUDGET / one.median).toFixed(0)} of them, at p99 ` +
      `${(BUDGET / one.p99).toFixed(0)}, fit in ${BUDGET} ms; in batches ${perSecond(batch).toFixed(0)} predictions/s, ` +
      `naive JavaScript ${perSecond(naive).toFixed(0)}`,
  );
  const figures: Figure[] = [
    { job, text: 'us, p99 of one decision', ratio: 1000 * one.p99, atMost: 25 },
    { job, text: `p99 of one decision in ${BUDGET} ms`, ratio: BUDGET / one.p99, atLeast: 1000 },
    { job, text: 'predictions/s in batches', ratio: perSecond(batch), atLeast: 150_000 },
    { job, text: 'batches / naive JavaScript', ratio: naive.median / batch.median, atLeast: 3 },
  ];
  return { measurements: [one, batch, naive], figures };
}

function perSecond({ median, queries = 1 }: Measurement): number {
  return (1000 * queries) / median;
}

/** Milliseconds of decisions made one by one, sorted. */
function decisions(trees: GradientBoostedTrees, features: Float32Array, count: number): number[] {
  const rows = features.length / FEATURES;
  const times: number[] = [];
  for (let i = -count / 4; i < count; i++) {
    const row = ((i + count) % rows) * FEATURES;
    const start = performance.now();
    trees.predict(features.subarray(row, row + FEATURES));
    const end = performance.now();
    if (i >= 0) times.push(end - start);
  }
  return times.sort((a, b) => a - b);
}

/** A perfect tree: the children of node i are 2i + 1 and 2i + 2. */
function randomTree(random: Random): FlatTree {
  const nodes = 2 ** (LEVELS + 1) - 1;
  return {
    features: Int32Array.from({ length: nodes }, () => random.integer(FEATURES)),
    conditions: Float32Array.from({ length: nodes }, () => random.uniform()),
  };
}

function modelOf(made: readonly FlatTree[]): object {
  const inner = 2 ** LEVELS - 1;
  const trees = made.map(({ features, conditions }) => ({
    left_children: Array.from(features, (_, node) => (node < inner ? 2 * node + 1 : -1)),
    right_children: Array.from(features, (_, node) => (node < inner ? 2 * node + 2 : -1)),
    split_indices: [...features],
    split_conditions: [...conditions],
    default_left: Array.from(features, (_, node) => node % 2),
    tree_param: {},
  }));
  return {
    learner: {
      learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: String(FEATURES) },
      gradient_booster: {
        name: 'gbtree',
        model: { gbtree_model_param: {}, trees, tree_info: trees.map(() => 0) },
      },
      objective: { name: 'binary:logistic' },
    },
  };
}

/** A node at a time, as one writes it first; the arrays are flat and typed already. */
function predictNaively(trees: readonly FlatTree[], features: Float32Array, out: Float32Array): void {
  const inner = 2 ** LEVELS - 1;
  for (let row = 0; row < out.length; row++) {
    let margin = 0;
    for (const tree of trees) {
      let node = 0;
      while (node < inner) {
        const value = features[row * FEATURES + tree.features[node]!]!;
        const isLeft = Number.isNaN(value) ? node % 2 === 1 : value < tree.conditions[node]!;
        node = 2 * node + (isLeft ? 1 : 2);
      }
      margin += tree.conditions[node]!;
    }
    out[row] = 1 / (1 + Math.exp(-margin));
  }
}
