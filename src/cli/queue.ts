import { type Command, Option } from 'commander';
import { type QueueModel, type QueueShape, queueing } from '../cost/index.ts';
import { type Answer, addExamples, checkGiven, type Subcommand } from './answer.ts';
import { type Line, type Mark, renderChart } from './chart.ts';
import { writeText } from './files.ts';
import { withoutUndefined } from './model-options.ts';
import { parseCount, parseMilliseconds, parseQuantity, parseRate } from './quantities.ts';
import {
  type Cell,
  formatFigure,
  formatGiven,
  formatNumber,
  formatShare,
  formatTick,
  renderTable,
} from './table.ts';
import { UsageError } from './usage-error.ts';

interface QueueOptions {
  readonly rate: number;
  readonly service: number;
  readonly servers: number;
  readonly arrivalVariability?: number;
  readonly serviceVariability?: number;
  readonly p99?: number;
  readonly plot?: string;
}

/** The state of a queue, as every model tells it; quantiles where a model knows them. */
interface Times {
  readonly mean: number;
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

interface Modelled {
  readonly name: string;
  readonly model: QueueModel;
  readonly utilization: number;
  readonly waiting: Times;
  readonly sojourn: Times;
  readonly inQueue: number;
}

/** Models go through servers one by one. */
const MOST_SERVERS = 100_000;
/** A plot goes this far: beyond it, times leave every scale. */
const MOST_UTILIZATION = 0.98;

/** Waiting against utilization. */
export const queue: Subcommand<QueueOptions> = {
  configure(command: Command): void {
    command
      .option('--rate <count>', 'requests a second, on average (required)', parseRate)
      .option('--service <ms>', 'what one takes at a server, on average (required)', parseMilliseconds)
      .option('--servers <count>', 'servers that take from the one queue', parseCount, 1)
      .addOption(
        new Option(
          '--arrival-variability <number>',
          'variance / mean^2 of the times between arrivals (1: at random)',
        ).argParser(parseQuantity),
      )
      .option(
        '--service-variability <number>',
        'the same of the service (0: always the same time, 1: exponential)',
        parseQuantity,
      )
      .option('--p99 <ms>', 'what 99 of 100 requests are to stay within', parseMilliseconds)
      .option('--plot <file>', 'draw latency against utilization as SVG');
    addExamples(command, [
      ['queue --rate 80 --service 10', 'a server of 10 ms, busy four fifths of the time'],
      ['queue --rate 300 --service 10 --servers 4 --p99 100 --plot queue.svg', 'four servers, and a promise'],
      ['queue --rate 80 --service 10 --service-variability 0.2 --json', 'service more even than chance'],
    ]);
  },
  run(given): Answer {
    checkGiven(given, ['rate', 'service']);
    if (given.servers > MOST_SERVERS)
      throw new UsageError(`--servers must be at most ${formatNumber(MOST_SERVERS)}; got ${given.servers}`);
    const { rate, service, p99, plot, ...options } = given;
    const shape = withoutUndefined({
      ...{ serviceTime: service, servers: options.servers },
      arrivalVariability: options.arrivalVariability,
      serviceVariability: options.serviceVariability,
    });
    const states = statesOf(shape, rate);
    if (plot !== undefined) writeText(plot, draw(shape, states));
    const promise = p99 === undefined ? undefined : promiseOf(shape, rate, states[0]!, p99);
    const servers = shape.servers === 1 ? 'a server' : `${formatNumber(shape.servers)} servers`;
    const head = `${formatGiven(rate)} requests/s for ${servers} of ${formatGiven(service)} ms: busy ${formatShare(states[0]!.utilization)} of the time`;
    const table = renderTable(
      ['model', 'waits, ms', 'mean, ms', 'p50', 'p95', 'p99', 'in queue'],
      states.map(rowOf),
    );
    const lines = [head, '', table];
    if (promise) lines.push('', promise.text);
    if (plot !== undefined) lines.push('', `Drawn in ${plot}.`);
    return {
      text: lines.join('\n'),
      json: { rate, ...shape, models: states, ...(promise && { promise: promise.json }) },
      ...(promise?.isNo && { isNo: true }),
    };
  },
};

type Shape = QueueShape & { readonly servers: number; readonly serviceTime: number };

/** The models that tell of such a queue, the first one for exponential times. */
function modelsOf(shape: Shape): readonly (readonly [QueueModel, string])[] {
  const isTold = (shape.arrivalVariability ?? shape.serviceVariability) !== undefined;
  return [
    shape.servers === 1 ? (['mm1', 'M/M/1'] as const) : (['mmc', `M/M/${shape.servers}`] as const),
    ...(shape.servers === 1 ? [['md1', 'M/D/1'] as const] : []),
    ...(isTold ? [['kingman', 'Kingman'] as const] : []),
  ];
}

/** @throws LanewiseError `INFEASIBLE` at a utilization of 1 and more */
function statesOf(shape: Shape, arrivalRate: number): Modelled[] {
  const { serviceTime, servers } = shape;
  const states = {
    mm1: () => queueing.mm1({ arrivalRate, serviceTime }),
    mmc: () => queueing.mmc({ arrivalRate, serviceTime, servers }),
    md1: () => queueing.md1({ arrivalRate, serviceTime }),
    kingman: () => queueing.kingman({ ...shape, arrivalRate }),
  };
  return modelsOf(shape).map(([model, name]) => ({ name, model, ...states[model]() }));
}

function rowOf({ name, waiting, sojourn, inQueue }: Modelled): Cell[] {
  const times = [sojourn.mean, sojourn.p50, sojourn.p95, sojourn.p99];
  return [
    ...[name, formatFigure(waiting.mean)],
    ...times.map((time) => (time === undefined ? '-' : formatFigure(time))),
    formatFigure(inQueue),
  ];
}

interface Promised {
  readonly text: string;
  readonly json: unknown;
  readonly isNo: boolean;
}

/** Whether a p99 is kept, and what would keep it. @throws LanewiseError `INFEASIBLE` where nothing does */
function promiseOf({ serviceTime, servers }: Shape, rate: number, state: Modelled, p99: number): Promised {
  const { model, name } = state;
  const isKept = state.sojourn.p99! <= p99;
  const latency = { p99 };
  const { arrivalRate } = queueing.largestArrivalRate({
    ...{ model, serviceTime, latency },
    ...(model === 'mmc' && { servers }),
  });
  const needed = queueing.serversNeeded({ arrivalRate: rate, serviceTime, latency });
  return {
    text: `A p99 of ${formatGiven(p99)} ms ${isKept ? 'is kept' : 'is not kept'} (${name}): these servers keep it up to ${formatFigure(arrivalRate)} requests/s, and this rate needs ${formatNumber(needed.servers)}.`,
    json: { p99, kept: isKept, largestRate: arrivalRate, serversNeeded: needed.servers },
    isNo: !isKept,
  };
}

function draw(shape: Shape, states: readonly Modelled[]): string {
  const curve = (model: QueueModel, time: keyof Times): Line['points'] => {
    const { serviceTime, servers, arrivalVariability, serviceVariability } = shape;
    const variability =
      model === 'kingman' ? withoutUndefined({ arrivalVariability, serviceVariability }) : {};
    const several = model === 'mmc' || model === 'kingman' ? { servers } : {};
    const options = { model, serviceTime, ...several, ...variability, to: MOST_UTILIZATION, points: 99 };
    return queueing
      .utilizationCurve(options)
      .map(({ utilization, sojourn }) => [utilization, (sojourn as Times)[time]!] as const);
  };
  const [first] = states as [Modelled];
  const lines: Line[] = [
    ...states.map(({ name, model }) => ({ name: `${name}, mean`, points: curve(model, 'mean') })),
    { name: `${first.name}, p99`, points: curve(first.model, 'p99'), isDashed: true },
  ];
  const marks: Mark[] = [
    { name: `${formatFigure(first.sojourn.mean)} ms`, x: first.utilization, y: first.sojourn.mean },
    { name: `p99 ${formatFigure(first.sojourn.p99!)} ms`, x: first.utilization, y: first.sojourn.p99! },
  ];
  const times = [
    ...lines.flatMap(({ points }) => points.map(([, time]) => time)),
    ...marks.map(({ y }) => y),
  ];
  const utilization = formatShare(first.utilization);
  return renderChart({
    title: 'Latency against utilization',
    description: `Milliseconds from arriving to being done, on a logarithmic axis, against the share of time that servers are busy: ${lines
      .map(({ name }) => name)
      .join(
        '; ',
      )}. At a utilization of ${utilization} the mean is ${formatFigure(first.sojourn.mean)} ms and the 99th percentile ${formatFigure(first.sojourn.p99!)} ms (${first.name}).`,
    x: {
      label: 'utilization',
      scale: 'linear',
      domain: [0, 1],
      format: (value) => `${Math.round(100 * value)} %`,
    },
    y: {
      label: 'latency, ms',
      scale: 'log',
      domain: [Math.min(...times) / 1.5, Math.max(...times) * 1.5],
      format: formatTick,
    },
    lines,
    marks,
  });
}
