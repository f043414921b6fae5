import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type PredictionRequest, percentile, predict } from 'lanewise';
import { renderTable } from '../../demo/table.ts';
import { HELD_OUT } from './configurations.ts';
import { measureEach } from './each.ts';
import { between } from './machines.ts';
import type { Measured } from './measure.ts';
import type { Configuration } from './subject.ts';

/** A configuration predicted and measured, and by how much the prediction is above what was measured, relatively. */
interface Compared {
  readonly measured: Measured;
  readonly predicted: {
    readonly build: number;
    readonly p50: number;
    readonly p99: number;
    readonly bytes: number;
  };
  readonly errors: Readonly<Record<'build' | 'p50' | 'p99' | 'bytes', number>>;
}

/** What predictions are held to: of p50, half of the errors and nine of ten; of bytes, all. */
const MEDIAN_ERROR = 0.15;
const P90_ERROR = 0.3;
const BYTES_ERROR = 0.01;
const QUICK_ROWS = 20_000;

/** Predicts configurations that nothing was fitted to, measures them, and prints both. */
export async function comparePredictions(options: {
  readonly isQuick: boolean;
  readonly tier?: string;
  readonly json: string;
  /** What an earlier run wrote: predicted anew, and not measured again. */
  readonly measured?: string;
}): Promise<void> {
  const chosen = options.isQuick ? HELD_OUT.filter(({ rows }) => rows <= QUICK_ROWS) : HELD_OUT;
  const compared: Compared[] = [];
  if (options.measured) {
    const earlier = JSON.parse(readFileSync(options.measured, 'utf8')) as Compared[];
    compared.push(...earlier.map(({ measured }) => compare(measured)));
  } else {
    for await (const measured of measureEach(chosen, options.tier)) {
      compared.push(compare(measured));
      write(options.json, compared); // what ends the run leaves what was measured until then
    }
  }
  console.log(table(compared));
  if (compared.length < chosen.length)
    console.log(`${chosen.length - compared.length} could not be measured.`);
  console.log(
    options.isQuick
      ? 'Quick run: too few configurations to tell anything.'
      : verdict(compared, chosen.length),
  );
  write(options.json, compared);
}

function write(path: string, compared: readonly Compared[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(compared, null, 1)}\n`);
}

/** Each part is predicted for the machine as it was while that part was measured. */
function compare(measured: Measured): Compared {
  const { configuration, calledOn, builtOn } = measured;
  const on = (machine: typeof calledOn) => predict({ ...configuration, machine } as PredictionRequest);
  const { p50, p99, bytes } = on(calledOn);
  const { build } = on(between(builtOn));
  const predicted = { build, p50, p99, bytes };
  const error = (name: keyof typeof predicted): number => predicted[name] / measured[name] - 1;
  const errors = { build: error('build'), p50: error('p50'), p99: error('p99'), bytes: error('bytes') };
  return { measured, predicted, errors };
}

function table(compared: readonly Compared[]): string {
  const number = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const percent = (value: number, digits = 0): string =>
    `${value > 0 ? '+' : ''}${(100 * value).toFixed(digits)} %`;
  const rows = compared.map(({ measured, predicted, errors }) => [
    describe(measured.configuration),
    ...[number(predicted.p50), number(measured.p50), percent(errors.p50)],
    ...[number(predicted.p99), number(measured.p99), percent(errors.p99)],
    ...[number(predicted.build), number(measured.build), percent(errors.build)],
    ...[(measured.bytes / 1e6).toFixed(2), percent(errors.bytes, 2)],
  ]);
  const head = ['', 'p50 ms', 'measured', '', 'p99 ms', 'measured', '', 'build ms', 'measured', '', 'MB', ''];
  return renderTable(head, rows);
}

function describe(configuration: Configuration): string {
  const { index, rows, batch = 1, options = {} } = configuration;
  const size = 'dimensions' in configuration ? `${rows} x ${configuration.dimensions}` : `${rows}`;
  const named = Object.entries(options).map(([name, value]) => `${name} ${value}`);
  return [`${index} ${size}`, ...(batch > 1 ? [`batch ${batch}`] : []), ...named].join(', ');
}

function verdict(compared: readonly Compared[], wanted: number): string {
  const line = (name: 'p50' | 'p99' | 'build'): string => {
    const sorted = compared.map(({ errors }) => Math.abs(errors[name])).sort((a, b) => a - b);
    const [median, most] = [percentile(sorted, 0.5), percentile(sorted, 0.9)];
    const isHeld = median <= MEDIAN_ERROR && most <= P90_ERROR && compared.length === wanted;
    const judged = name === 'p50' ? ` (at most 15 % and 30 %: ${isHeld ? 'held' : 'NOT HELD'})` : '';
    return `${name.padEnd(6)} error: median ${(100 * median).toFixed(1)} %, 90th percentile ${(100 * most).toFixed(1)} %${judged}`;
  };
  const worst = Math.max(...compared.map(({ errors }) => Math.abs(errors.bytes)));
  const isHeld = worst <= BYTES_ERROR && compared.length === wanted;
  return [
    ...(['p50', 'p99', 'build'] as const).map(line),
    `bytes  error: at most ${(100 * worst).toFixed(2)} % (at most 1 %: ${isHeld ? 'held' : 'NOT HELD'})`,
  ].join('\n');
}
