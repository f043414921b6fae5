import type { Metric } from 'lanewise/search';
import { figureText, readFigure } from './figures.ts';

/** What the form holds: a question to the planner. Zero updates or queries a second, or dollars of budget, ask for nothing. */
export interface Wish {
  readonly rows: number;
  readonly dimensions: number;
  readonly metric: Metric;
  readonly updatesPerSecond: number;
  /** The share of rows that pass the filter of a query, 0..1; 1 is no filter. */
  readonly filterSelectivity: number;
  readonly k: number;
  readonly recall: number;
  /** Milliseconds. */
  readonly p99: number;
  readonly queriesPerSecond: number;
  /** Bytes. */
  readonly memory: number;
  readonly cores: number;
  /** What a core costs. */
  readonly dollarsPerHour: number;
  readonly budgetPerMonth: number;
  /** The key of a machine of the list, or `here`. */
  readonly machine: string;
}

export type NumberName = { [Name in keyof Wish]: Wish[Name] extends number ? Name : never }[keyof Wish];

/** One number of the form: how it is named, bounded, written and read. */
export interface NumberField {
  readonly name: NumberName;
  /** Its name in a link. */
  readonly key: string;
  readonly label: string;
  /** Beside the label, where the text of the number does not tell it. */
  readonly unit: string;
  /** Where the slider stops, ascending: the first and the last bound the number. */
  readonly stops: readonly number[];
  readonly isWhole: boolean;
  /** A number of the wish is this many of what is shown and written into links. */
  readonly scale: number;
  readonly text: (value: number) => string;
  readonly read: (text: string) => number | undefined;
}

/** How a slider goes through a power of ten, in steps that look even. */
const PREFERRED = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
const DIMENSIONS = [
  8, 16, 24, 32, 48, 64, 96, 100, 128, 192, 200, 256, 300, 384, 512, 768, 1024, 1536, 2048, 3072, 4096,
];
const RECALLS = [
  0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.999, 1,
];
const CORES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];
const MEBIBYTE = 2 ** 20;
const GIBIBYTE = 2 ** 30;

/** The preferred numbers of a range of powers of ten. */
function decades(least: number, most: number): readonly number[] {
  const stops: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(most); power++) {
    for (const step of PREFERRED) stops.push(Number((step * 10 ** power).toPrecision(2)));
  }
  return stops.filter((stop) => stop >= least && stop <= most);
}

function whole(stops: readonly number[]): readonly number[] {
  return stops.filter(Number.isInteger);
}

/** Powers of two, and the middles between them. */
function doublings(least: number, most: number): readonly number[] {
  const stops: number[] = [];
  for (let stop = least; stop <= most; stop *= 2) stops.push(stop, stop * 1.5);
  return stops.filter((stop) => stop <= most);
}

type Told = Pick<NumberField, 'name' | 'key' | 'label' | 'stops'> & Partial<NumberField>;

function field(told: Told): NumberField {
  return { unit: '', isWhole: false, scale: 1, text: figureText, read: readFigure, ...told };
}

const BYTES = {
  scale: MEBIBYTE,
  isWhole: true,
  text: (value: number): string =>
    value < GIBIBYTE ? `${figureText(value / MEBIBYTE, 4)} MiB` : `${figureText(value / GIBIBYTE, 4)} GiB`,
  read: (text: string): number | undefined => readFigure(text, 'bytes'),
} as const;

/** Zero asks for nothing. */
const OPTIONAL = {
  text: (value: number): string => (value === 0 ? 'none' : figureText(value)),
  read: (text: string): number | undefined => (/^\s*none\s*$/i.test(text) ? 0 : readFigure(text)),
} as const;

const PERCENT = {
  text: (value: number): string => `${figureText(100 * value)} %`,
  read: (text: string): number | undefined => {
    const value = readFigure(text);
    return value === undefined ? undefined : value / 100;
  },
} as const;

/** The numbers of the form, in its order. */
export const FIELDS: readonly NumberField[] = [
  field({ name: 'rows', key: 'n', label: 'Rows', stops: decades(1e3, 1e8), isWhole: true }),
  field({ name: 'dimensions', key: 'd', label: 'Dimensions', stops: DIMENSIONS, isWhole: true }),
  field({
    name: 'filterSelectivity',
    key: 'f',
    label: 'Rows that pass the filter',
    stops: decades(1e-4, 1),
    ...PERCENT,
  }),
  field({
    name: 'updatesPerSecond',
    key: 'ups',
    label: 'Updates',
    unit: 'a second',
    stops: [0, ...decades(0.1, 1e5)],
    ...OPTIONAL,
  }),
  field({
    name: 'k',
    key: 'k',
    label: 'Neighbours, k',
    stops: whole(decades(1, 1000)),
    isWhole: true,
  }),
  field({ name: 'recall', key: 'r', label: 'Recall', stops: RECALLS }),
  field({ name: 'p99', key: 'p99', label: 'Latency, p99', unit: 'ms', stops: decades(0.05, 1e4) }),
  field({
    name: 'queriesPerSecond',
    key: 'qps',
    label: 'Queries',
    unit: 'a second',
    stops: [0, ...decades(1, 1e5)],
    ...OPTIONAL,
  }),
  field({
    name: 'memory',
    key: 'mem',
    label: 'Memory',
    stops: doublings(16 * MEBIBYTE, 1024 * GIBIBYTE),
    ...BYTES,
  }),
  field({
    name: 'cores',
    key: 'c',
    label: 'Cores',
    unit: 'at most',
    stops: CORES,
    isWhole: true,
  }),
  field({
    name: 'dollarsPerHour',
    key: 'usd',
    label: 'A core costs',
    unit: '$ an hour',
    stops: [0, ...decades(0.001, 10)],
    ...OPTIONAL,
  }),
  field({
    name: 'budgetPerMonth',
    key: 'cap',
    label: 'Budget',
    unit: '$ a month',
    stops: [0, ...decades(1, 1e5)],
    ...OPTIONAL,
  }),
];

export const METRICS: readonly { readonly key: Metric; readonly label: string }[] = [
  { key: 'cosine', label: 'cosine' },
  { key: 'ip', label: 'inner product' },
  { key: 'l2', label: 'distance (l2)' },
];

/** The machine that the page runs on, once it is calibrated. */
export const HERE = 'here';

/** What the form holds at first: exact search takes longer than is asked for, if not by much. */
export const USUAL: Wish = {
  rows: 1_000_000,
  dimensions: 256,
  metric: 'cosine',
  updatesPerSecond: 0,
  filterSelectivity: 1,
  k: 10,
  recall: 0.95,
  p99: 10,
  queriesPerSecond: 100,
  memory: 4 * GIBIBYTE,
  cores: 1,
  dollarsPerHour: 0,
  budgetPerMonth: 0,
  machine: '',
};

/** A number within the bounds of its field, and with no more digits than matter. */
export function bounded({ stops, isWhole }: NumberField, value: number): number {
  const within = Math.min(stops.at(-1)!, Math.max(stops[0]!, value));
  return isWhole ? Math.round(within) : Number(within.toFixed(6));
}

/** The stop of the slider that is nearest to a number, by ratio. */
export function stopOf({ stops }: NumberField, value: number): number {
  let nearest = 0;
  const distance = (stop: number): number =>
    stop > 0 && value > 0 ? Math.abs(Math.log(stop / value)) : stop === value ? 0 : Number.MAX_VALUE;
  stops.forEach((stop, place) => {
    if (distance(stop) < distance(stops[nearest]!)) nearest = place;
  });
  return nearest;
}
