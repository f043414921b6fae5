import {
  CountMinSketch,
  CsrMatrix,
  FlatIndex,
  HnswIndex,
  IvfIndex,
  LshIndex,
  MatrixFactorization,
  type PredictionRequest,
  Random,
} from 'lanewise';
import { clusteredVectors } from '../clustered.ts';

/** What is predicted and then measured, but for the machine. */
export type Configuration = PredictionRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'machine'>
    : never
  : never;

/** Something built, that can be called again and again. */
export interface Subject {
  /** Milliseconds that building took. */
  readonly build: number;
  readonly bytes: number;
  /** One call of a batch; calls of different numbers are of different queries. */
  readonly call?: (at: number, batch: number) => void;
  /** Where building is all there is to call: how long a part of it takes, milliseconds. */
  readonly take?: () => Promise<number>;
  readonly dispose: () => void;
}

/** Queries that calls choose from: whole batches of the largest kind. */
const QUERIES = 512;
const SEED = 7;
const EPOCHS = 8;
/** Vectors that a matrix is multiplied with at once, at most. */
const MOST_VECTORS = 64;

/** Builds what a configuration describes, from data made beforehand. */
export async function buildSubject(configuration: Configuration): Promise<Subject> {
  switch (configuration.index) {
    case 'csr':
      return buildMatrix(configuration);
    case 'sgd':
      return buildFactors(configuration);
    case 'count-min':
      return buildCounts(configuration);
    default:
      return buildIndex(configuration);
  }
}

type Of<Index extends Configuration['index']> = Extract<Configuration, { index: Index }>;
type VectorConfiguration = Of<'flat'> | Of<'ivf'> | Of<'hnsw'> | Of<'lsh'>;

async function buildIndex(configuration: VectorConfiguration): Promise<Subject> {
  const { rows, dimensions, k = 10 } = configuration;
  const { vectors, queries } = clusteredVectors({ rows, dimensions, queries: QUERIES, seed: SEED });
  const { index, milliseconds, effort } = await makeIndex(configuration, vectors);
  const part = (at: number, batch: number): Float32Array => {
    const first = (at * batch) % (QUERIES - batch + 1);
    return queries.subarray(first * dimensions, (first + batch) * dimensions);
  };
  return {
    build: milliseconds,
    bytes: index.memoryUsage().total,
    call: (at, batch) => void (index as Searched).search(part(at, batch), { k, ...effort }),
    dispose: () => index.dispose(),
  };
}

/** What the indexes have in common here. */
type Searched = { search: (queries: Float32Array, options: object) => unknown };

async function makeIndex(configuration: VectorConfiguration, vectors: Float32Array) {
  const { dimensions, metric = 'cosine' } = configuration;
  const start = performance.now();
  const done = () => performance.now() - start;
  switch (configuration.index) {
    case 'flat': {
      const index = await FlatIndex.create({ dimensions, metric });
      index.add(vectors);
      return { index, milliseconds: done(), effort: configuration.options ?? {} };
    }
    case 'ivf': {
      const { cells = 1024, codes = 'int8', rescore, probes } = configuration.options ?? {};
      const index = await IvfIndex.create({
        ...{ dimensions, metric, cells, codes },
        ...(rescore === undefined ? {} : { rescore }),
      });
      await index.train(vectors, { seed: SEED });
      index.add(vectors);
      return { index, milliseconds: done(), effort: probes === undefined ? {} : { probes } };
    }
    case 'hnsw': {
      const { ef, ...options } = configuration.options ?? {};
      const index = await HnswIndex.create({ dimensions, metric, ...options });
      await index.build(vectors);
      return { index, milliseconds: done(), effort: ef === undefined ? {} : { ef } };
    }
    case 'lsh': {
      const { probesPerTable, ...options } = configuration.options ?? {};
      const index = await LshIndex.create({ dimensions, ...options });
      index.add(vectors);
      return { index, milliseconds: done(), effort: probesPerTable === undefined ? {} : { probesPerTable } };
    }
  }
}

/** A matrix whose nonzeros lie anywhere, times vectors. */
async function buildMatrix({ rows, options }: Of<'csr'>): Promise<Subject> {
  const { columns, nonzeros } = options;
  const random = new Random(SEED);
  const rowIndex = Int32Array.from({ length: nonzeros }, () => random.integer(rows));
  const columnIndex = Int32Array.from({ length: nonzeros }, () => random.integer(columns));
  const values = Float32Array.from({ length: nonzeros }, () => random.uniform());
  const start = performance.now();
  const matrix = await CsrMatrix.fromCoo({ rows, columns, rowIndex, columnIndex, values });
  const build = performance.now() - start;
  const x = Float32Array.from({ length: columns * MOST_VECTORS }, () => random.uniform());
  const y = new Float32Array(rows * MOST_VECTORS);
  return {
    build,
    bytes: matrix.memoryUsage().total,
    call: (_, batch) => {
      const given = x.subarray(0, columns * batch);
      const out = y.subarray(0, rows * batch);
      if (batch === 1) matrix.multiply(given, out);
      else matrix.multiplyMatrix(given, batch, out);
    },
    dispose: () => matrix.dispose(),
  };
}

/**
 * Ratings by users and of items that are drawn evenly; a call is an epoch, and building all of them. An epoch is what more epochs take
 * longer, by their number: progress is not told at their ends.
 */
async function buildFactors({ rows, options }: Of<'sgd'>): Promise<Subject> {
  const { users: userCount, items: itemCount, factors = 64, epochs = EPOCHS } = options;
  const random = new Random(SEED);
  const users = Int32Array.from({ length: rows }, () => random.integer(userCount));
  const items = Int32Array.from({ length: rows }, () => random.integer(itemCount));
  const ratings = Float32Array.from({ length: rows }, () => 1 + random.integer(5));
  const learn = async (count: number) => {
    const model = await MatrixFactorization.create({ factors, epochs: count, seed: SEED });
    const start = performance.now();
    await model.fit({ users, items, ratings, userCount, itemCount });
    return { model, milliseconds: performance.now() - start };
  };
  const { model, milliseconds } = await learn(epochs);
  return {
    build: milliseconds,
    bytes: model.memoryUsage().total,
    take: async () => {
      const [one, more] = [await learn(1), await learn(1 + EPOCHS)];
      one.model.dispose();
      more.model.dispose();
      return (more.milliseconds - one.milliseconds) / EPOCHS;
    },
    dispose: () => model.dispose(),
  };
}

async function buildCounts({ rows, options }: Of<'count-min'>): Promise<Subject> {
  const random = new Random(SEED);
  const keys = Uint32Array.from({ length: rows }, () => random.integer(2 ** 31));
  const sketch = await CountMinSketch.create({ ...options, seed: SEED });
  sketch.add(keys.subarray(0, Math.min(rows, 10_000)));
  sketch.clear();
  const start = performance.now();
  sketch.add(keys);
  const build = performance.now() - start;
  return {
    build,
    bytes: sketch.memoryUsage().total,
    call: (at, batch) => {
      const first = (at * batch) % Math.max(1, rows - batch);
      sketch.estimate(keys.subarray(first, first + batch));
    },
    dispose: () => sketch.dispose(),
  };
}
