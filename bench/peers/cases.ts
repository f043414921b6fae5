import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JavaScriptLoop } from '../../demo/javascript-loop.ts';
import type { Case } from './exchange.ts';
import { randomUnitRows } from './random.ts';

const K = 10;
const BATCH = 64;
/** Columns of the published ground truth, of which the first k are used. */
const TRUTH_DEPTH = 100;

type Shape = Omit<Case, 'files'>;

const GLOVE: Shape = {
  name: 'glove',
  title: 'GloVe, 100 000 x 100, cosine: one query at a time, and 64 at once',
  ...{ rows: 100_000, dimensions: 100, metric: 'cosine', k: K, queries: 512, batch: BATCH },
  ...{ single: true, batched: true, approximate: false },
};

const CURVE: Shape = {
  ...GLOVE,
  name: 'glove-curve',
  title: 'GloVe, 100 000 x 100, cosine, 1 000 held-out queries: approximate indexes',
  ...{ queries: 1_000, batch: 1_000, approximate: true },
};

const RANDOM_SINGLE: Shape = {
  name: 'random-single',
  title: 'Random unit vectors, 200 000 x 256, inner product: one query at a time',
  ...{ rows: 200_000, dimensions: 256, metric: 'ip', k: K, queries: 100, batch: BATCH },
  ...{ single: true, batched: false, approximate: false },
};

const RANDOM_BATCH: Shape = {
  name: 'random-batch',
  title: 'Random unit vectors, 100 000 x 256, inner product: 64 queries at once',
  ...{ rows: 100_000, dimensions: 256, metric: 'ip', k: K, queries: BATCH, batch: BATCH },
  ...{ single: false, batched: true, approximate: false },
};

export const CASE_NAMES: readonly string[] = [GLOVE.name, CURVE.name, RANDOM_SINGLE.name, RANDOM_BATCH.name];

function filesIn(folder: string, { name }: Shape): Case['files'] {
  return {
    base: join(folder, `${name}-base.f32`),
    queries: join(folder, `${name}-queries.f32`),
    truth: join(folder, `${name}-truth.i32`),
  };
}

function bytesOf(array: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function prepareGlove(folder: string, data: string, shape: Shape): Case {
  const files = filesIn(folder, shape);
  copyFileSync(join(data, 'glove100_base_100k.f32'), files.base);
  const queryBytes = shape.queries * shape.dimensions * Float32Array.BYTES_PER_ELEMENT;
  writeFileSync(files.queries, readFileSync(join(data, 'glove100_query_id_1k.f32')).subarray(0, queryBytes));
  const published = new Int32Array(new Uint8Array(readFileSync(join(data, 'glove100_gt_id_cos.i32'))).buffer);
  const truth = Int32Array.from({ length: shape.queries * K }, (_, place) => {
    return published[Math.floor(place / K) * TRUTH_DEPTH + (place % K)];
  });
  writeFileSync(files.truth, bytesOf(truth));
  return { ...shape, files };
}

/** The exact answers by a loop of its own: JavaScript adds up in float64. */
export function exactAnswers(
  base: Float32Array,
  queries: Float32Array,
  shape: Shape,
): Int32Array<ArrayBuffer> {
  const { rows, dimensions, metric, k } = shape;
  const loop = new JavaScriptLoop({ rows, dimensions, data: base }, metric);
  const answers = new Int32Array((queries.length / dimensions) * k);
  for (let query = 0; query * k < answers.length; query++) {
    const vector = queries.subarray(query * dimensions, (query + 1) * dimensions);
    answers.set(loop.search(vector, { k }).ids, query * k);
  }
  return answers;
}

function prepareRandom(folder: string, shape: Shape): Case {
  const files = filesIn(folder, shape);
  const base = randomUnitRows(shape.rows, shape.dimensions, 1);
  const queries = randomUnitRows(shape.queries, shape.dimensions, 2);
  writeFileSync(files.base, bytesOf(base));
  writeFileSync(files.queries, bytesOf(queries));
  writeFileSync(files.truth, bytesOf(exactAnswers(base, queries, shape)));
  return { ...shape, files };
}

/** Writes the data of a case into `folder`; `data` is the folder of the GloVe files. */
export function prepareCase(name: string, folder: string, data: string | undefined): Case {
  const shape = [GLOVE, CURVE, RANDOM_SINGLE, RANDOM_BATCH].find((known) => known.name === name);
  if (shape === undefined) throw new Error(`there is no case ${name}`);
  if (shape === RANDOM_SINGLE || shape === RANDOM_BATCH) return prepareRandom(folder, shape);
  if (data === undefined) throw new Error('the GloVe files are needed: give --data or set LANEWISE_DATA');
  return prepareGlove(folder, data, shape);
}
