// The smoke of what ranks candidates: trees, networks, and how long it took. What smoke.js says holds here too.
import { GradientBoostedTrees, LatencyHistogram, MlpRanker, Random } from 'lanewise';
import { check, hash, uniform } from './ground.js';

/** Hashes of what rankers give. */
export async function rank() {
  return { trees: await trees(), mlp: await networks(), latency: latencies() };
}

/** Trees of depths on either side of what is padded to perfect ones, for one output and for classes. */
async function trees() {
  const random = new Random(13);
  const features = uniform(random, 8 * 37);
  for (let at = 0; at < features.length; at += 11) features[at] = Number.NaN;
  const hashes = [];
  for (const [objective, classes, depths] of [
    ['binary:logistic', 0, [3, 1, 5, 0, 4, 2, 3, 3, 6]],
    ['binary:logistic', 0, [3, 10, 2]],
    ['multi:softprob', 3, [2, 3, 4, 1, 5, 2]],
    ['count:poisson', 0, [4, 4]],
  ]) {
    const json = modelOf(objective, classes, depths, random);
    const model = await GradientBoostedTrees.fromJson(json);
    const alone = Float32Array.from(
      { length: 37 },
      (_, row) => model.predict(features.subarray(8 * row, 8 * row + 8), { margin: true })[0],
    );
    const margins = model.predict(features, { margin: true });
    check(
      alone.every((margin, row) => margin === margins[row * model.outputs]),
      `${objective}: a row by itself has the margin that it has in a batch`,
    );
    hashes.push(hash(margins), hash(model.predict(features)));
    model.dispose();
  }
  return hashes.join('');
}

/** JSON as XGBoost writes it: a tree is a chain with a leaf at every link. */
function modelOf(objective, classes, depths, random) {
  const draw = () => random.integer(2 ** 20) / 2 ** 20 - 0.5;
  const treeOf = (depth) => {
    const nodes = Array.from({ length: 2 * depth + 1 }, (_, i) => i);
    const isLink = (i) => i < 2 * depth && (i === 0 || i % 2 === 0);
    return {
      tree_param: { num_nodes: String(nodes.length), size_leaf_vector: '1' },
      left_children: nodes.map((i) => (isLink(i) ? i + 1 : -1)),
      right_children: nodes.map((i) => (isLink(i) ? i + 2 : -1)),
      split_indices: nodes.map((i) => (isLink(i) ? random.integer(8) : 0)),
      split_conditions: nodes.map(draw),
      default_left: nodes.map(() => random.integer(2)),
    };
  };
  return JSON.stringify({
    version: [1, 7, 4],
    learner: {
      learner_model_param: { base_score: '3E-1', num_class: String(classes), num_feature: '8' },
      objective: { name: objective },
      gradient_booster: {
        name: 'gbtree',
        model: {
          gbtree_model_param: { num_trees: String(depths.length), num_parallel_tree: '1' },
          trees: depths.map(treeOf),
          tree_info: depths.map((_, i) => (classes > 0 ? i % classes : 0)),
        },
      },
    },
  });
}

async function networks() {
  const random = new Random(14);
  const layers = [
    { inputs: 9, outputs: 13, weights: uniform(random, 9 * 13), bias: uniform(random, 13) },
    { inputs: 13, outputs: 6, weights: uniform(random, 13 * 6).map((weight) => 8 * weight) },
    { inputs: 6, outputs: 3, weights: uniform(random, 18), bias: uniform(random, 3) },
  ];
  const features = uniform(random, 9 * 35).map((value) => 6 * value);
  const hashes = [];
  for (const options of [
    { activation: 'relu' },
    { activation: 'gelu', output: 'sigmoid' },
    { activation: 'gelu-tanh', output: 'sigmoid' },
  ]) {
    const network = await MlpRanker.fromLayers(layers, options);
    const answers = network.predict(features);
    const file = network.toBytes();
    const loaded = await MlpRanker.fromBytes(file);
    check(
      hash(loaded.predict(features)) === hash(answers),
      `${options.activation}: a network answers after loading as before saving`,
    );
    hashes.push(hash(answers), hash(file));
    loaded.dispose();
    network.dispose();
  }
  return hashes.join('');
}

function latencies() {
  const random = new Random(15);
  const parts = Array.from({ length: 3 }, () => new LatencyHistogram({ precision: 6 }));
  for (let i = 0; i < 600; i++) parts[i % 3].record(2 ** random.integer(30) / (1 + random.integer(2 ** 20)));
  const [whole, ...others] = parts;
  for (const part of others) whole.merge(LatencyHistogram.fromJSON(JSON.parse(JSON.stringify(part))));
  const { min, max, sum, mean } = whole;
  const shares = [0.1, 0.5, 0.9, 0.99, 0.999];
  return hash(Float64Array.of(min, max, sum, mean, ...shares.map((share) => whole.percentile(share))));
}
