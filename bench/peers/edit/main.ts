/**
 * Edit distances beside npm's fastest-levenshtein: pairs, the closest words of a large dictionary, and whether both agree, in
 * one process and alternate rounds. LANEWISE_DATA names the folder of american-english-huge.txt and spelling_pairs.csv.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatMilliseconds, formatNumber, renderTable } from '../../../demo/table.ts';
import { EditDictionary, levenshtein, percentile, Random } from '../../../dist/index.js';
import { importPeer } from '../libraries/import-peer.ts';

interface Peer {
  readonly distance: (a: string, b: string) => number;
  readonly closest: (query: string, words: readonly string[]) => string;
}

const ROUNDS = 15;
const PAIRS = 200;
const peer = await importPeer<Peer>('fastest-levenshtein');
const rows: string[][] = [];

for (const length of [5, 10, 20, 50, 100, 1000]) {
  const random = new Random(length);
  const letter = (): string => String.fromCharCode(97 + random.integer(26));
  const text = (): string => Array.from({ length }, letter).join('');
  const unlike = Array.from({ length: PAIRS }, () => [text(), text()] as const);
  const alike = unlike.map(
    ([a]) => [a, a.replace(/./g, (c) => (random.uniform() < 0.1 ? letter() : c))] as const,
  );
  for (const [kind, pairs] of [['random', unlike] as const, ['alike', alike] as const]) {
    for (const [a, b] of pairs) if (levenshtein(a, b) !== peer.distance(a, b)) throw new Error(`${a} ${b}`);
    const times = length > 100 ? 1 : 20;
    const all = (distance: Peer['distance']) => (): void => {
      for (let i = 0; i < times; i++) for (const [a, b] of pairs) distance(a, b);
    };
    const wanted = length === 1000 ? 3 : 1;
    compare(`pair of ${length}, ${kind}`, all(levenshtein), all(peer.distance), times * PAIRS, wanted);
  }
}

const folder = process.env['LANEWISE_DATA'];
if (folder) {
  const read = (file: string): string[] =>
    readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean);
  const words = read('american-english-huge.txt');
  const pairs = read('spelling_pairs.csv')
    .slice(1)
    .map((line) => line.split(',') as [string, string]);
  // The peer counts UTF-16 units, which are code points where there are no surrogates.
  const wrong = pairs.filter(([a, b]) => levenshtein(a, b) !== peer.distance(a, b)).length;
  console.log(`${pairs.length} spelling pairs: ${wrong} distances differ`);
  const dictionary = await EditDictionary.create(words);
  const queries = pairs.filter((_, i) => i % 1987 === 0).map(([, misspelling]) => misspelling);
  compare(
    `closest of ${words.length} words, max 2`,
    () => {
      for (const query of queries) dictionary.closest(query, { k: 1, max: 2 });
    },
    () => {
      for (const query of queries) peer.closest(query, words);
    },
    queries.length,
    10,
    3,
  );
}
console.log(renderTable(['case', 'lanewise', 'fastest-levenshtein', 'ratio', 'wanted', ''], rows));

/** Times both in turns. */
function compare(
  job: string,
  ours: () => void,
  theirs: () => void,
  count: number,
  wanted: number,
  rounds = ROUNDS,
): void {
  const times: [number[], number[]] = [[], []];
  for (let round = -2; round < rounds; round++) {
    for (const [i, run] of [ours, theirs].entries()) {
      const start = performance.now();
      run();
      if (round >= 0) times[i]!.push((performance.now() - start) / count);
    }
  }
  const [a, b] = times.map((list) =>
    percentile(
      list.sort((x, y) => x - y),
      0.5,
    ),
  ) as [number, number];
  const time = (ms: number): string => (ms < 0.01 ? `${(1e6 * ms).toFixed(0)} ns` : formatMilliseconds(ms));
  const verdict = b / a >= wanted ? 'reached' : 'MISSED';
  rows.push([job, time(a), time(b), `${formatNumber(b / a, 2)}x`, `${wanted}x`, verdict]);
}
