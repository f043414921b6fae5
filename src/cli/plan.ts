import { type Command, Option } from 'commander';
import {
  calibrate,
  type DecisionMatrix,
  decisionMatrix,
  type Plan,
  type PlanRequest,
  plan as planFor,
  type Verification,
  verify,
} from '../planner/index.ts';
import type { Metric } from '../search/index.ts';
import { type Answer, addExamples, checkGiven, type Subcommand } from './answer.ts';
import { readVectors } from './files.ts';
import { METRICS } from './index-options.ts';
import { machineOf } from './machine-file.ts';
import { withoutUndefined } from './model-options.ts';
import { parseBytes, parseCount, parseMilliseconds, parseQuantity, parseShare } from './quantities.ts';
import { type Cell, formatBytes, formatFigure, formatNumber, formatOff, renderTable } from './table.ts';
import { UsageError } from './usage-error.ts';

interface PlanOptions {
  readonly rows: number;
  readonly dimensions: number;
  readonly metric: Metric;
  readonly k: number;
  readonly recall: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly rate?: number;
  readonly updates?: number;
  readonly memory?: number;
  readonly filter?: number;
  readonly cores?: number;
  readonly margin?: number;
  readonly dollarsPerHour?: number;
  readonly budgetPerMonth?: number;
  readonly machine?: string;
  readonly verify?: string;
  readonly tensor?: string;
  readonly wide?: boolean;
}

/** Which index to build. */
export const plan: Subcommand<PlanOptions> = {
  configure(command: Command): void {
    command
      .option('--rows <count>', 'vectors to be searched (required)', parseCount)
      .option('--dimensions <count>', 'of each (required)', parseCount)
      .addOption(new Option('--metric <name>', 'what near means').choices(METRICS).default('cosine'))
      .option('--k <count>', 'results a query', parseCount, 10)
      .option('--recall <share>', 'of the true k best that are to be found; 1 for all', parseShare, 0.95)
      .option('--p50 <ms>', 'what half of the queries may take', parseMilliseconds)
      .option('--p99 <ms>', 'what 99 of 100 queries may take', parseMilliseconds)
      .option('--rate <count>', 'queries a second that come at random', parseQuantity)
      .option('--updates <count>', 'rows a second that are added meanwhile', parseQuantity)
      .option('--memory <bytes>', 'of all copies of the index together', parseBytes)
      .option('--filter <share>', 'of the rows that the filter of a query lets through', parseShare)
      .option('--cores <count>', 'there are at most, each with a copy (default: 1)', parseCount)
      .option('--margin <share>', 'by which times may be longer than predicted (default: 0)', parseQuantity)
      .option('--dollars-per-hour <dollars>', 'what a core costs', parseQuantity)
      .option('--budget-per-month <dollars>', 'what all cores may cost', parseQuantity)
      .option('--machine <name>', 'by name, or the file of `calibrate --save` (default: calibrate this one)')
      .option('--verify <file>', 'build the best one on these vectors and measure it')
      .option('--tensor <name>', 'tensor of the vectors, where a .safetensors file holds several')
      .option('--wide', 'print every figure, and the decision matrix: some 200 characters a line');
    addExamples(command, [
      ['plan --rows 1e6 --dimensions 96 --recall .95 --p99 100 --memory 2GiB', 'a million rows'],
      [
        'plan --rows 200k --dimensions 256 --rate 200 --p99 50ms --cores 4 --dollars-per-hour 0.05',
        'under load',
      ],
      ['plan --rows 20k --dimensions 16 --p99 10 --verify vectors.npy', 'predicted, then measured'],
      ['plan --rows 50k --dimensions 768 --wide', 'every figure, and the decision matrix'],
      ['plan --rows 50k --dimensions 768 --json', 'for a program'],
    ]);
  },
  async run(options): Promise<Answer> {
    checkGiven(options, ['rows', 'dimensions']);
    if (options.tensor !== undefined && options.verify === undefined)
      throw new UsageError('--tensor names one of the file of --verify: give both');
    const sample = options.verify === undefined ? undefined : readVectors(options.verify, options.tensor);
    if (sample && sample.dimensions !== options.dimensions) {
      const found = `the vectors of ${options.verify} have ${sample.dimensions} dimensions`;
      throw new UsageError(`${found}, --dimensions says ${options.dimensions}: both need the same`);
    }
    const machine = options.machine === undefined ? await calibrate() : await machineOf(options.machine);
    const found = planFor({ ...requestOf(options), machine });
    const matrix = decisionMatrix(found);
    const verified = sample && found.best ? await verify(found, sample.data) : undefined;
    const tables = options.wide ? [wideTableOf(found), matrixOf(matrix)] : [tableOf(found)];
    const parts = [headOf(found), ...tables, verdictOf(found)];
    if (verified) parts.push(verifiedOf(verified));
    return {
      text: parts.join('\n\n'),
      json: { ...found, decisionMatrix: matrix, ...(verified && { verified }) },
      ...((!found.best || verified?.confirms === false) && { isNo: true }),
    };
  },
};

function requestOf(options: PlanOptions): Omit<PlanRequest, 'machine'> {
  const { rows, dimensions, metric, k, recall, p50, p99, memory, cores, margin } = options;
  return {
    ...{ rows, dimensions, metric, k, recall },
    latency: withoutUndefined({ p50, p99 }),
    ...withoutUndefined({
      ...{ memory, cores, margin },
      queriesPerSecond: options.rate,
      updatesPerSecond: options.updates,
      filterSelectivity: options.filter,
      dollarsPerHour: options.dollarsPerHour,
      budgetPerMonth: options.budgetPerMonth,
    }),
  };
}

function headOf({ request }: Plan): string {
  const { rows, dimensions, metric, k, recall, machine } = request;
  return `${formatNumber(rows)} rows x ${dimensions}, ${metric}, k = ${k}, recall ${recall}; on ${machine.name}`;
}

/** What decides, within 80 characters or little more. */
function tableOf({ request, candidates, best }: Plan): string {
  const costs = request.dollarsPerHour > 0;
  const head = ['candidate', 'recall', 'p99, ms', 'queries/s', 'memory', ...(costs ? ['$/month'] : []), ''];
  const rows = candidates.map((candidate): Cell[] => {
    const { name, recall, prediction, bytes, cost } = candidate;
    const { p99, queriesPerSecond } = prediction;
    return [
      ...[name, recall.toFixed(3), formatFigure(p99), formatFigure(queriesPerSecond), formatBytes(bytes)],
      ...[...(costs ? [formatFigure(cost.perMonth)] : []), verdictIn(candidate, best)],
    ];
  });
  return renderTable(head, rows, { texts: [head.length - 1] });
}

type Candidate = Plan['candidates'][number];

function verdictIn({ name, failure }: Candidate, best: Candidate | undefined): string {
  if (failure) return `fails by ${failure.constraint}`;
  return name === best?.name ? 'best' : 'feasible';
}

function wideTableOf({ candidates, best }: Plan): string {
  const head = [
    'candidate',
    'options',
    'recall',
    'build',
    'p50, ms',
    'p99, ms',
    'queries/s',
    'memory',
    'cores',
    '',
  ];
  const rows = candidates.map((candidate): Cell[] => {
    const { name, recall, prediction, bytes, cores } = candidate;
    const { build, p50, p99, queriesPerSecond } = prediction;
    return [
      ...[name, parametersOf(candidate), recall.toFixed(3), `${formatFigure(build / 1000)} s`],
      ...[formatFigure(p50), formatFigure(p99), formatFigure(queriesPerSecond)],
      ...[formatBytes(bytes), cores, verdictIn(candidate, best)],
    ];
  });
  return renderTable(head, rows, { texts: [1, 9] });
}

/** What the candidate is made and searched with, beside what every index is. */
function parametersOf({ create, search }: Candidate): string {
  const { dimensions: _dimensions, metric: _metric, ...made } = create;
  const { k: _k, ...searched } = search;
  const all = Object.entries({ ...made, ...searched });
  return all.map(([name, value]) => `${name} ${value}`).join(', ');
}

/** What of the decision matrix the table above does not tell. */
const SHOWN = [
  'candidate',
  'training',
  'inference',
  'memory at 10x rows (bytes)',
  'p99 at 10x rows (ms)',
  'dollars/month',
  'upkeep',
];

function matrixOf({ columns, rows }: DecisionMatrix): string {
  const places = SHOWN.map((name) => columns.indexOf(name)).filter((place) => place >= 0);
  const shown = (cell: string | number, column: string): Cell => {
    if (typeof cell === 'string') return cell;
    return column.includes('bytes') ? formatBytes(cell) : formatFigure(cell);
  };
  return renderTable(
    places.map((place) => columns[place]!.replace(' (bytes)', '')),
    rows.map((row) => places.map((place) => shown(row[place]!, columns[place]!))),
    { texts: [1, 2, places.length - 1] },
  );
}

function verdictOf({ best, nearest }: Plan): string {
  if (best) {
    const parameters = parametersOf(best);
    return `Build ${best.name}${parameters === '' ? '' : ` (${parameters})`}: the simplest that does what is asked.`;
  }
  const messages = nearest!.relax.map(({ message }) => `  ${message}`);
  return [`Nothing fits. Closest is ${nearest!.name}:`, ...messages].join('\n');
}

function verifiedOf({ name, rows, queries, predicted, measured, errors, ...outcome }: Verification): string {
  const figures = [
    ['build, ms', 'build', formatFigure],
    ['p50, ms', 'p50', formatFigure],
    ['p99, ms', 'p99', formatFigure],
    ['queries/s', 'queriesPerSecond', formatFigure],
    ['memory', 'bytes', formatBytes],
    ['recall', 'recall', (recall: number) => recall.toFixed(4)],
    ['adding a row, ms', 'update', formatFigure],
  ] as const;
  const table = renderTable(
    ['', 'predicted', 'measured', 'off by'],
    figures.map(([title, figure, format]) => [
      ...[title, format(predicted[figure]), format(measured[figure]), formatOff(errors[figure])],
    ]),
  );
  const head = `Verified: ${name} of ${formatNumber(rows)} rows, ${formatNumber(queries)} queries`;
  const verdict = outcome.confirms ? 'It does what is asked.' : outcome.reasons.join('\n');
  return [head, table, verdict].join('\n\n');
}
