import { join } from 'node:path';
import { type Matrix, selectRows } from './matrix.ts';
import { readBytes, readMatrix } from './matrix-file.ts';
import type { Options } from './options.ts';
import { UsageError } from './usage-error.ts';

const HELD_OUT = 200;
const BUILT_IN = {
  vectors: join(import.meta.dirname, 'data/glove-40k.npy'),
  labels: join(import.meta.dirname, 'data/glove-40k.txt'),
};

/** What is searched, and what it is asked. */
export interface Collection {
  readonly title: string;
  /** Every row of the file. */
  readonly file: Matrix;
  /** The name of each row of the file; without names, rows go by number. */
  readonly labels: readonly string[] | undefined;
  /** The rows that go into the index: all but those held out as queries. */
  readonly indexed: Matrix;
  /** The file's row behind each indexed row. */
  readonly fileRow: Int32Array;
  readonly queries: Matrix;
  /** Where the queries come from, said to the reader of the table. */
  readonly queriesAre: string;
}

function readLabels(path: string, rows: number): readonly string[] {
  const labels = readBytes(path).toString('utf8').replace(/\n$/, '').split(/\r?\n/);
  if (labels.length !== rows) {
    throw new UsageError(`${path} has ${labels.length} lines for ${rows} rows: it takes one label a row`);
  }
  return labels;
}

/** Holds rows out at even steps, so that frequent and rare words are asked about alike. */
function holdOut(file: Matrix): Pick<Collection, 'indexed' | 'fileRow' | 'queries'> {
  // At most a tenth: the index should still be the collection.
  const count = Math.min(HELD_OUT, Math.floor(file.rows / 10));
  if (count === 0) throw new UsageError(`${file.rows} rows are too few to hold queries out: give --queries`);
  const step = Math.floor(file.rows / count);
  const isHeldOut = (row: number): boolean => row % step === step - 1 && row < step * count;
  const rows = Int32Array.from({ length: file.rows }, (_, row) => row);
  const fileRow = rows.filter((row) => !isHeldOut(row));
  return { indexed: selectRows(file, fileRow), fileRow, queries: selectRows(file, rows.filter(isHeldOut)) };
}

function readQueries(path: string, file: Matrix): Pick<Collection, 'indexed' | 'fileRow' | 'queries'> {
  const queries = readMatrix(path);
  if (queries.dimensions !== file.dimensions) {
    const found = `queries of ${path} have ${queries.dimensions} dimensions`;
    throw new UsageError(`${found}, the vectors have ${file.dimensions}: both need the same`);
  }
  return { indexed: file, fileRow: Int32Array.from({ length: file.rows }, (_, row) => row), queries };
}

/** Opens the files that the options name, or the built-in words. */
export function openCollection(options: Options): Collection {
  const isBuiltIn = options.vectors === undefined;
  if (isBuiltIn && options.labels !== undefined) {
    throw new UsageError('--labels names the rows of --vectors: give both');
  }
  const file = readMatrix(options.vectors ?? BUILT_IN.vectors);
  const labelsPath = isBuiltIn ? BUILT_IN.labels : options.labels;
  const split = options.queries === undefined ? holdOut(file) : readQueries(options.queries, file);
  if (options.k > split.indexed.rows) {
    throw new UsageError(`--k ${options.k} asks for more than the ${split.indexed.rows} rows of the index`);
  }
  return {
    title: isBuiltIn ? 'GloVe 6B, the 40,000 most frequent words' : (options.vectors as string),
    file,
    labels: labelsPath === undefined ? undefined : readLabels(labelsPath, file.rows),
    ...split,
    queriesAre:
      options.queries === undefined
        ? `${split.queries.rows} rows taken at even steps from the file and held out of the index`
        : `${split.queries.rows} from ${options.queries}`,
  };
}
