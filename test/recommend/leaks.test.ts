import {
  capabilities,
  FlatIndex,
  GradientBoostedTrees,
  ImplicitALS,
  type Interactions,
  ItemKnn,
  type LongCallOptions,
  MatrixFactorization,
  MlpRanker,
  Popularity,
  type Recommender,
} from 'lanewise';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeEntries } from './knn-data.ts';

const memory = () => capabilities().memory;

const DATA = makeEntries(20, 15, 0.3, 1);
const OTHER = makeEntries(30, 25, 0.3, 2);
const LAYERS = [
  { inputs: 2, outputs: 3, weights: [1, 2, 3, 4, 5, 6] },
  { inputs: 3, outputs: 1, weights: [1, 2, 3], bias: [1] },
];
/** One split, and two leaves, as XGBoost writes them. */
const TREES = {
  learner: {
    learner_model_param: { base_score: '5E-1', num_class: '0', num_feature: '2' },
    objective: { name: 'reg:squarederror' },
    gradient_booster: {
      name: 'gbtree',
      model: {
        gbtree_model_param: { num_trees: '1' },
        tree_info: [0],
        trees: [
          {
            tree_param: { num_nodes: '3' },
            ...{ left_children: [1, -1, -1], right_children: [2, -1, -1], default_left: [1, 0, 0] },
            ...{ split_indices: [1, 0, 0], split_conditions: [0.5, 1, 2] },
          },
        ],
      },
    },
  },
};

interface Fitting extends Recommender {
  fit(interactions: Interactions, options?: LongCallOptions): Promise<this>;
}

interface Case {
  readonly name: string;
  readonly create: () => Promise<Fitting>;
  readonly load: (bytes: Uint8Array) => Fitting;
  /** What learning from it ends with an error, though not before it has begun. */
  readonly ruinous?: Interactions;
  readonly more?: (fitted: Fitting) => Promise<void>;
}

const steep = { users: [0, 1, 0], items: [0, 0, 1], ratings: [3e38, 3e38, 1e38] };

const CASES: readonly Case[] = [
  ...[true, false].map((biases) => ({
    name: `MatrixFactorization, biases: ${biases}`,
    create: () => MatrixFactorization.create({ factors: 5, epochs: 3, biases }),
    load: MatrixFactorization.fromBytes,
    ruinous: steep,
    more: async (fitted: Fitting) => {
      const mf = fitted as MatrixFactorization;
      await mf.partialFit(OTHER);
      await expect(mf.partialFit(steep)).rejects.toMatchObject({ code: 'DIVERGED' });
      mf.recommend(mf.foldIn({ items: [1, 2], ratings: [3, 4] }));
      (await mf.toIndex(FlatIndex)).dispose();
    },
  })),
  ...(['cholesky', 'conjugateGradient'] as const).map((solver) => ({
    name: `ImplicitALS, ${solver}`,
    create: () => ImplicitALS.create({ factors: 5, iterations: 3, solver, trackLosses: true }),
    load: ImplicitALS.fromBytes,
    ruinous: steep,
    more: async (fitted: Fitting) => {
      const als = fitted as ImplicitALS;
      als.recommend(als.foldIn({ items: [1, 2] }));
      (await als.toIndex(FlatIndex)).dispose();
    },
  })),
  ...(['cosine', 'pearson'] as const).map((similarity) => ({
    name: `ItemKnn, ${similarity}`,
    create: () => ItemKnn.create({ similarity, neighbors: 5 }),
    load: ItemKnn.fromBytes,
    more: async (fitted: Fitting) => {
      const knn = fitted as ItemKnn;
      knn.recommend({ items: [3, 1] });
      knn.predict([1, 2], [3, 4]);
    },
  })),
  {
    name: 'Popularity',
    create: () => Popularity.create({ by: 'ratings' }),
    load: Popularity.fromBytes,
    ruinous: { users: [0, 1], items: [0, 0], ratings: [3e38, 3e38] },
  },
];

afterEach(() => void vi.restoreAllMocks());

/** Time enough for a turn of the event loop after every piece of work. */
function slowClock(): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
}

/** Every way in which `fit` ends, one after another, on the same object; then it is saved, loaded and disposed of. */
async function live({ create, load, ruinous, more }: Case): Promise<void> {
  using fitted = await create();
  await fitted.fit(DATA);
  for (const last of [1, 3, 5]) {
    let asked = 0;
    const throwIfAborted = () => {
      if (++asked === last) throw new Error('enough');
    };
    await fitted.fit(OTHER, { signal: { throwIfAborted } as AbortSignal }).catch(() => {});
  }
  const fails = () => {
    throw new Error('no more');
  };
  await expect(fitted.fit(OTHER, { onProgress: fails })).rejects.toThrow('no more');
  await expect(fitted.fit({ users: [0], items: [-1] })).rejects.toThrow();
  if (ruinous) await expect(fitted.fit(ruinous)).rejects.toThrow();
  await fitted.fit(DATA);
  await more?.(fitted);
  fitted.recommend(1, { k: 4, exclude: [2] });
  fitted.similarItems(1);
  errorOf(() => fitted.recommend(-1));
  const bytes = fitted.toBytes();
  using loaded = load(bytes);
  loaded.recommend(1);
  bytes[bytes.length - 2]! ^= 1;
  errorOf(() => load(bytes));
  const dropped = await create();
  await dropped.fit(DATA, { onProgress: () => dropped.dispose() }).catch(() => {});
}

test.each(CASES)(
  '$name: 50 lives with every end of fit leave nothing, and take no more than one',
  async (given) => {
    slowClock();
    await live(given);
    const before = memory();
    for (let i = 0; i < 50; i++) await live(given);
    expect(memory()).toEqual(before);
  },
);

test('rankers that are made, used, saved and disposed of leave nothing behind', async () => {
  const cycle = async () => {
    using trees = await GradientBoostedTrees.fromJson(TREES);
    using network = await MlpRanker.fromLayers(LAYERS, { activation: 'gelu' });
    trees.predict([1, 2, 3, 4]);
    errorOf(() => trees.predict([1]));
    network.predict([1, 2, 3, 4]);
    errorOf(() => network.predict([1, Number.NaN]));
    const bytes = network.toBytes();
    (await MlpRanker.fromBytes(bytes)).dispose();
    await expect(MlpRanker.fromBytes(bytes.subarray(0, bytes.length - 2))).rejects.toThrow();
    await expect(GradientBoostedTrees.fromJson({ learner: {} })).rejects.toThrow();
  };
  await cycle();
  const before = memory();
  for (let i = 0; i < 200; i++) await cycle();
  expect(memory()).toEqual(before);
});

describe('what is dropped without dispose is reclaimed when it is collected', () => {
  const fitted = CASES.map(({ name, create, load }) => ({
    name,
    drop: async () => {
      const one = await (await create()).fit(DATA);
      load(one.toBytes()).similarItems(1);
    },
  }));
  const rankers = [
    { name: 'GradientBoostedTrees', drop: async () => void (await GradientBoostedTrees.fromJson(TREES)) },
    { name: 'MlpRanker', drop: async () => void (await MlpRanker.fromLayers(LAYERS)).predict([1, 2]) },
  ];
  test.each([...fitted, ...rankers])('$name', async ({ drop }) => {
    const { bytesInUse } = memory();
    for (let i = 0; i < 10; i++) await drop();
    expect(memory().bytesInUse).toBeGreaterThan(bytesInUse);
    // Finalizers run in some later turn; two seconds are far more than they take.
    for (let attempt = 0; attempt < 100 && memory().bytesInUse > bytesInUse; attempt++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(memory().bytesInUse).toBe(bytesInUse);
  });
});
