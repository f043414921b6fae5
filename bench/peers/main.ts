/** Measures lanewise and its peers on the same data, in the same minutes, on one thread. README.md says how. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { CASE_NAMES, prepareCase } from './cases.ts';
import type { Case, Result } from './exchange.ts';
import { renderCase } from './report.ts';
import { type Limits, runLibrary, runPython } from './run-child.ts';

interface Options extends Limits {
  readonly data?: string;
  readonly case: readonly string[];
}

const EXACT_LIBRARIES = ['usearch', 'javascript'];
const GRAPH_LIBRARIES = ['usearch', 'hnswlib-node', 'hnswlib-wasm', 'edgevec'];
const RESULTS = join(import.meta.dirname, '../results');

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function readOptions(): Options {
  return new Command('node --import tsx bench/peers/main.ts')
    .addOption(new Option('--data <folder>', 'folder of the GloVe files').env('LANEWISE_DATA'))
    .addOption(
      new Option('--case <name...>', 'cases to run')
        .choices(CASE_NAMES)
        .default(CASE_NAMES, CASE_NAMES.join(', ')),
    )
    .option('--core <number>', 'processor to hold every method to', wholeNumber, 0)
    .option('--seconds <number>', 'how long a library may take on a case', wholeNumber, 300)
    .parse()
    .opts<Options>();
}

/** Ours first, then every peer, each in a process of its own. */
function runCase(definition: Case, casePath: string, limits: Limits): readonly Result[] {
  const libraries = definition.approximate ? GRAPH_LIBRARIES : EXACT_LIBRARIES;
  return [
    ...runLibrary('lanewise', casePath, limits),
    ...runPython(casePath, limits),
    ...libraries.flatMap((library) => runLibrary(library, casePath, limits)),
  ];
}

function save(cases: readonly { readonly case: string; readonly results: readonly Result[] }[]): string {
  const date = new Date().toISOString();
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `peers-${date.replaceAll(':', '-')}.json`);
  const machine = { processor: cpus()[0].model, node: process.version };
  writeFileSync(path, `${JSON.stringify({ date, machine, cases }, null, 2)}\n`);
  return path;
}

const options = readOptions();
const folder = mkdtempSync(join(tmpdir(), 'lanewise-peers-'));
try {
  console.log(`${cpus()[0].model}, Node ${process.version}, one thread`);
  const cases = options.case.flatMap((name) => {
    if (name.startsWith('glove') && options.data === undefined) {
      console.log(`\n${name}: skipped, its files are needed: give --data or set LANEWISE_DATA`);
      return [];
    }
    const definition = prepareCase(name, folder, options.data);
    const casePath = join(folder, `${name}.json`);
    writeFileSync(casePath, JSON.stringify(definition));
    const results = runCase(definition, casePath, options);
    console.log(`\n${renderCase(definition, results)}`);
    return [{ case: name, results }];
  });
  console.log(`\nSaved ${save(cases)}`);
} finally {
  rmSync(folder, { recursive: true });
}
