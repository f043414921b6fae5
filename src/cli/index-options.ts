import { type Command, Option } from 'commander';
import {
  type CellCodes,
  FlatIndex,
  HnswIndex,
  IvfIndex,
  LshIndex,
  type MemoryUsage,
  type Metric,
  type SearchResult,
} from '../search/index.ts';
import { parseCount } from './quantities.ts';
import { UsageError } from './usage-error.ts';

export const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
const CODES: readonly CellCodes[] = ['float32', 'int8', 'pq4', 'bits'];

/** What an index may be told, by its kind: when it is made, and when it is searched. */
const MADE_BY = {
  flat: [],
  ivf: ['cells', 'codes', 'rescore'],
  hnsw: ['m', 'efConstruction'],
  lsh: ['tables', 'bits'],
} as const;
const SEARCHED_BY = { flat: [], ivf: ['probes'], hnsw: ['ef'], lsh: ['probesPerTable'] } as const;

export type IndexKind = keyof typeof MADE_BY;
type OptionName = (typeof MADE_BY)[IndexKind][number] | (typeof SEARCHED_BY)[IndexKind][number];

/** An index and its options as they are given. */
export interface IndexChoice {
  readonly index: IndexKind;
  readonly codes?: CellCodes;
  readonly cells?: number;
  readonly rescore?: number;
  readonly probes?: number;
  readonly m?: number;
  readonly efConstruction?: number;
  readonly ef?: number;
  readonly tables?: number;
  readonly bits?: number;
  readonly probesPerTable?: number;
}

/** Any of the indexes. */
export interface BuiltIndex {
  readonly dimensions: number;
  search(queries: Float32Array, options?: object): SearchResult;
  memoryUsage(): MemoryUsage;
  dispose(): void;
}

/** Declares what names an index. */
export function addIndexOptions(command: Command): void {
  command
    .optionsGroup('The index:')
    .addOption(
      new Option('--index <kind>', 'which one').choices(Object.keys(MADE_BY)).default('flat' as IndexKind),
    )
    .option('--cells <count>', 'ivf: cells (default: 4 x the root of the rows)', parseCount)
    .addOption(new Option('--codes <kind>', 'ivf: what cells are searched by (default: int8)').choices(CODES))
    .option('--rescore <count>', 'ivf with pq4 or bits: rows scored for each result', parseCount)
    .option('--probes <count>', 'ivf: cells searched (default: a sixteenth)', parseCount)
    .option('--m <count>', 'hnsw: links of a row (default: 16)', parseCount)
    .option('--ef-construction <count>', 'hnsw: candidates for links (default: 200)', parseCount)
    .option('--ef <count>', 'hnsw: rows kept in mind (default: 64)', parseCount)
    .option('--tables <count>', 'lsh: hash tables (default: 12)', parseCount)
    .option('--bits <count>', 'lsh: bits of a signature (default: 18)', parseCount)
    .option('--probes-per-table <count>', 'lsh: buckets of a table searched (default: 1)', parseCount)
    .optionsGroup('Options:');
}

/** What an index is made and searched by; everything that stands in either was given, or is a default of `rows`. */
export interface IndexParameters {
  readonly made: Readonly<Record<string, number | string>>;
  readonly searched: Readonly<Record<string, number>>;
}

/** @throws UsageError for an option of another kind of index */
export function parametersOf(choice: IndexChoice, rows: number): IndexParameters {
  const kinds = Object.keys(MADE_BY) as IndexKind[];
  for (const kind of kinds) {
    const stray = [...MADE_BY[kind], ...SEARCHED_BY[kind]].find((name) => choice[name] !== undefined);
    if (stray === undefined || kind === choice.index) continue;
    const option = stray.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${option} belongs to --index ${kind}, not to ${choice.index}`);
  }
  const cells = { cells: Math.max(1, Math.round(4 * Math.sqrt(rows))) };
  const made = { ...(choice.index === 'ivf' && cells), ...pick(choice, MADE_BY[choice.index]) };
  return { made, searched: pick(choice, SEARCHED_BY[choice.index]) as Record<string, number> };
}

function pick(choice: IndexChoice, names: readonly OptionName[]): Record<string, number | string> {
  const given = names.filter((name) => choice[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, choice[name]!]));
}

/** Builds an index of the rows. @throws LanewiseError */
export async function buildIndex(
  kind: IndexKind,
  { dimensions, metric, made }: { dimensions: number; metric: Metric; made: IndexParameters['made'] },
  vectors: Float32Array,
): Promise<BuiltIndex> {
  const options = { dimensions, metric, ...made };
  switch (kind) {
    case 'flat': {
      const index = await FlatIndex.create(options);
      await index.build(vectors);
      return index;
    }
    case 'ivf': {
      const index = await IvfIndex.create(options as Parameters<typeof IvfIndex.create>[0]);
      await index.build(vectors);
      return index;
    }
    case 'hnsw': {
      const index = await HnswIndex.create(options);
      await index.build(vectors);
      return index;
    }
    case 'lsh': {
      const index = await LshIndex.create(options);
      await index.build(vectors);
      return index;
    }
  }
}
