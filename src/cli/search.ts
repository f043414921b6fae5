import type { Command } from 'commander';
import { Option } from 'commander';
import { FlatIndex, type Metric } from '../search/index.ts';
import { type Answer, addExamples, type Subcommand } from './answer.ts';
import { type Matrix, readVectors } from './files.ts';
import { METRICS } from './index-options.ts';
import { parseCount, parseIndex } from './quantities.ts';
import { renderTable } from './table.ts';
import { UsageError } from './usage-error.ts';

interface SearchOptions {
  readonly queries?: string;
  readonly row?: number;
  readonly k: number;
  readonly metric: Metric;
  readonly tensor?: string;
  readonly queryTensor?: string;
}

/** Nearest rows of a file, exactly. */
export const search: Subcommand<SearchOptions> = {
  configure(command: Command): void {
    command
      .argument('<vectors>', 'file of rows: .npy, .fvecs, .bvecs or .safetensors')
      .option('--queries <file>', 'file of queries')
      .addOption(
        new Option('--row <row>', 'the one query: this row of the vectors, from 0')
          .argParser(parseIndex)
          .conflicts('queries'),
      )
      .option('--k <count>', 'results a query', parseCount, 10)
      .addOption(new Option('--metric <name>', 'what near means').choices(METRICS).default('cosine'))
      .option('--tensor <name>', 'tensor of the vectors, where a .safetensors file holds several')
      .option('--query-tensor <name>', 'the same of the queries');
    addExamples(command, [
      ['search vectors.npy --row 0', 'the rows most like the first'],
      ['search vectors.npy --queries queries.npy --k 3 --metric l2', 'three nearest rows of each query'],
      ['search vectors.npy --row 0 --k 5 --json', 'for a program'],
    ]);
  },
  async run(options, [path]): Promise<Answer> {
    const { k, metric } = options;
    const vectors = readVectors(path!, options.tensor);
    const queries = queriesOf(vectors, path!, options);
    const index = await FlatIndex.create({ dimensions: vectors.dimensions, metric });
    try {
      index.add(vectors.data);
      const { ids, scores } = index.search(queries.data, { k: Math.min(k, vectors.rows) });
      return answerOf({ ids, scores }, queries.rows, options);
    } finally {
      index.dispose();
    }
  },
};

/** @throws UsageError */
function queriesOf(vectors: Matrix, path: string, { queries, row, queryTensor }: SearchOptions): Matrix {
  const { rows, dimensions, data } = vectors;
  if (queries !== undefined) {
    const asked = readVectors(queries, queryTensor);
    if (asked.dimensions === dimensions) return asked;
    throw new UsageError(
      `queries of ${queries} have ${asked.dimensions} dimensions, the vectors have ${dimensions}: both need the same`,
    );
  }
  if (row === undefined) throw new UsageError('say what is sought: --queries <file> or --row <row>');
  if (row >= rows) throw new UsageError(`--row ${row} is beyond the ${rows} rows of ${path}`);
  return { rows: 1, dimensions, data: data.subarray(row * dimensions, (row + 1) * dimensions) };
}

interface Found {
  readonly ids: Int32Array;
  readonly scores: Float32Array;
}

function answerOf({ ids, scores }: Found, queries: number, { row, metric }: SearchOptions): Answer {
  const k = ids.length / queries;
  const results = Array.from({ length: queries }, (_, query) => ({
    query: row ?? query,
    ids: ids.subarray(query * k, (query + 1) * k),
    scores: scores.subarray(query * k, (query + 1) * k),
  }));
  const lines = results.flatMap((result) =>
    Array.from(result.ids, (id, rank) => [result.query, rank + 1, id, result.scores[rank]!.toFixed(6)]),
  );
  const meaning = metric === 'l2' ? 'Scores are squared distances' : 'Scores are similarities';
  return {
    text: `${renderTable(['query', 'rank', 'row', 'score'], lines)}\n\n${meaning} (${metric}); exact, by FlatIndex.`,
    json: { metric, k, results },
  };
}
