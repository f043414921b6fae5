import { type Command, Option } from 'commander';
import { compare, type MethodReport } from '../evaluate/index.ts';
import {
  calibrate,
  type Machine,
  type Prediction,
  type PredictionRequest,
  predict,
} from '../planner/index.ts';
import type { Metric } from '../search/index.ts';
import { type Answer, addExamples, type Subcommand } from './answer.ts';
import { type Matrix, readVectors } from './files.ts';
import { addIndexOptions, buildIndex, type IndexChoice, METRICS, parametersOf } from './index-options.ts';
import { machineOf } from './machine-file.ts';
import { makeVectors } from './made-vectors.ts';
import { parseCount, parseIndex, parseMilliseconds } from './quantities.ts';
import { formatBytes, formatFigure, formatNumber, formatOff, renderTable } from './table.ts';
import { UsageError } from './usage-error.ts';

interface BenchOptions extends IndexChoice {
  readonly rows?: number;
  readonly dimensions?: number;
  readonly vectors?: string;
  readonly tensor?: string;
  readonly queries: number;
  readonly k: number;
  readonly metric: Metric;
  readonly batch: number;
  readonly time: number;
  readonly seed: number;
  readonly machine?: string;
}

const USUAL_ROWS = 50_000;
const USUAL_DIMENSIONS = 96;
/** Of any index. */
const MOST_DIMENSIONS = 65_536;

/** An index, measured on this machine beside what is predicted. */
export const bench: Subcommand<BenchOptions> = {
  configure(command: Command): void {
    addIndexOptions(command);
    command
      .option('--rows <count>', `rows that are made (default: ${USUAL_ROWS})`, parseCount)
      .option('--dimensions <count>', `of each (default: ${USUAL_DIMENSIONS})`, parseCount)
      .addOption(
        new Option(
          '--vectors <file>',
          'rows to take instead: .npy, .fvecs, .bvecs or .safetensors',
        ).conflicts(['rows', 'dimensions', 'seed']),
      )
      .option('--tensor <name>', 'tensor of the vectors, where a .safetensors file holds several')
      .option('--queries <count>', 'rows held out and asked for', parseCount, 200)
      .option('--k <count>', 'results a query', parseCount, 10)
      .addOption(new Option('--metric <name>', 'what near means').choices(METRICS).default('cosine'))
      .option('--batch <count>', 'queries of a batch', parseCount, 64)
      .option('--time <ms>', 'to measure single queries for, and batches for', parseMilliseconds, 1000)
      .option('--seed <number>', 'of the rows that are made', parseIndex, 1)
      .option('--machine <name>', 'predict by this machine, a name or a file (default: calibrate here)');
    addExamples(command, [
      ['bench --index flat --rows 20k --dimensions 96', 'exact search of 20 000 rows'],
      ['bench --index ivf --codes pq4 --rows 20k --probes 24', 'cells with 4-bit codes'],
      ['bench --index hnsw --vectors vectors.npy --k 5 --json', 'rows of a file, for a program'],
    ]);
  },
  async run(options): Promise<Answer> {
    const { rows, queries } = collect(options);
    const { index: kind, metric, k, batch, time } = options;
    const { made, searched } = parametersOf(options, rows.rows);
    if (k > rows.rows) throw new UsageError(`--k ${k} asks for more than the ${rows.rows} rows there are`);
    const machine = options.machine === undefined ? await calibrate() : await machineOf(options.machine);
    const start = performance.now();
    const index = await buildIndex(kind, { dimensions: rows.dimensions, metric, made }, rows.data);
    const buildMilliseconds = performance.now() - start;
    try {
      const entry = { name: kind, index, options: searched, buildMilliseconds };
      const [measured] = await compare([entry], queries.data, { k, batch, milliseconds: time });
      const asked = { index: kind, metric, k, machine, options: { ...made, ...searched } };
      const shape = { rows: rows.rows, dimensions: rows.dimensions };
      const one = predict({ ...asked, ...shape } as PredictionRequest);
      const many = predict({ ...asked, ...shape, batch } as PredictionRequest);
      return report({ ...options, ...shape }, { made, searched, machine, measured: measured!, one, many });
    } finally {
      index.dispose();
    }
  },
};

interface Collected {
  readonly rows: Matrix;
  readonly queries: Matrix;
}

/** Rows to search, and others to search for: the last ones of those made, or some of a file at even steps. */
function collect({ rows, dimensions, vectors, tensor, queries, seed }: BenchOptions): Collected {
  if (vectors !== undefined) return holdOut(readVectors(vectors, tensor), vectors, queries);
  const shape = { rows: rows ?? USUAL_ROWS, dimensions: dimensions ?? USUAL_DIMENSIONS };
  if (shape.dimensions > MOST_DIMENSIONS)
    throw new UsageError(`--dimensions must be at most ${MOST_DIMENSIONS}; got ${shape.dimensions}`);
  const { data } = makeVectors({ ...shape, rows: shape.rows + queries, seed });
  const end = shape.rows * shape.dimensions;
  return {
    rows: { ...shape, data: data.subarray(0, end) },
    queries: { rows: queries, dimensions: shape.dimensions, data: data.subarray(end) },
  };
}

/** At most a tenth: the index should still be the collection. */
function holdOut({ rows, dimensions, data }: Matrix, path: string, wanted: number): Collected {
  const count = Math.min(wanted, Math.floor(rows / 10));
  if (count === 0)
    throw new UsageError(`the ${rows} rows of ${path} are too few to hold queries out of them`);
  const step = Math.floor(rows / count);
  const kept = new Float32Array((rows - count) * dimensions);
  const held = new Float32Array(count * dimensions);
  for (let row = 0, out = 0; row < rows; row++) {
    const vector = data.subarray(row * dimensions, (row + 1) * dimensions);
    if (row === out * step && out < count) held.set(vector, out++ * dimensions);
    else kept.set(vector, (row - out) * dimensions);
  }
  return {
    rows: { rows: rows - count, dimensions, data: kept },
    queries: { rows: count, dimensions, data: held },
  };
}

interface Measured {
  readonly made: object;
  readonly searched: object;
  readonly machine: Machine;
  readonly measured: MethodReport;
  readonly one: Prediction;
  readonly many: Prediction;
}

function report(
  { index, rows, dimensions, k, metric, batch, vectors }: BenchOptions,
  { made, searched, machine, measured, one, many }: Measured,
): Answer {
  const lines = [
    ['build, ms', measured.buildMilliseconds!, one.build],
    ['p50, ms', measured.median, one.p50],
    ['p99, ms', measured.p99, one.p99],
    ['queries/s, one by one', 1000 / measured.mean, one.queriesPerSecond],
    [`queries/s, ${batch} at once`, measured.batchedRate, many.queriesPerSecond],
  ] as const;
  const table = renderTable(
    ['', 'measured', 'predicted', 'off by'],
    [
      ...lines.map(([name, here, said]) => [
        name,
        formatFigure(here),
        formatFigure(said),
        formatOff(said / here - 1),
      ]),
      [
        'memory',
        formatBytes(measured.bytes!),
        formatBytes(one.bytes),
        formatOff(one.bytes / measured.bytes! - 1),
      ],
    ],
  );
  const parameters = { ...made, ...searched };
  const listed = Object.entries(parameters).map(([name, value]) => `, ${name} ${value}`);
  const source = vectors === undefined ? 'rows made in clusters' : `rows of ${vectors}`;
  const head = `${index}${listed.join('')}: ${formatNumber(rows!)} ${source} x ${dimensions}, ${metric}, k = ${k}`;
  return {
    text: `${head}\n\n${table}\n\nRecall@${k}: ${measured.recall.toFixed(4)}. Predicted for ${machine.name}.`,
    json: {
      ...{ index, options: parameters, rows, dimensions, metric, k, batch },
      measured: {
        ...{ build: measured.buildMilliseconds, p50: measured.median, p99: measured.p99 },
        ...{ queriesPerSecond: 1000 / measured.mean, batchedQueriesPerSecond: measured.batchedRate },
        ...{ bytes: measured.bytes, recall: measured.recall },
      },
      predicted: { ...one, batchedQueriesPerSecond: many.queriesPerSecond },
      machine: machine.name,
    },
  };
}
