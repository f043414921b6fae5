import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseAst } from 'vite';
import { expect, test } from 'vitest';
import { ENTRIES } from './bundled.ts';

const PROGRAM = ['dist/cli.js', ...readdirSync('dist/cli').map((file) => `dist/cli/${file}`)];
/** What its libraries are told by: nothing else in dist/ says this. */
const OF_COMMANDER = 'unknown option';
const OF_THE_TABLES = 'rowSpan';
const LIBRARIES = {
  [OF_COMMANDER]: ['commander'],
  [OF_THE_TABLES]: [
    'cli-table3',
    'string-width',
    'strip-ansi',
    'ansi-regex',
    'is-fullwidth-code-point',
    'emoji-regex',
  ],
};

/** What a file imports, statically or not. */
function importsOf(file: string): string[] {
  const found: string[] = [];
  JSON.stringify(parseAst(readFileSync(file, 'utf8')), (key, value) => {
    if (key === 'source' && typeof value?.value === 'string') found.push(value.value);
    return typeof value === 'bigint' ? String(value) : value;
  });
  return found;
}

/** Every file of dist/ that is reached from these. */
function reachedFrom(files: readonly string[]): Set<string> {
  const reached = new Set(files);
  for (const file of reached) {
    const inside = importsOf(file).filter((source) => source.startsWith('.'));
    for (const source of inside) reached.add(join(dirname(file), source));
  }
  return reached;
}

test('no subpath of the library leads to the command line, to its libraries or to Node', () => {
  const entries = [...ENTRIES.values()].map((file) => relative('.', file));
  const library = reachedFrom([...entries, 'dist/lanewise.min.js', 'dist/worker/thread.js']);
  expect(library.size).toBeGreaterThan(entries.length);
  for (const file of library) {
    expect(PROGRAM, file).not.toContain(file);
    expect(
      importsOf(file).filter((source) => source.startsWith('node:')),
      file,
    ).toEqual([]);
    for (const words of [OF_COMMANDER, OF_THE_TABLES])
      expect(readFileSync(file, 'utf8'), file).not.toContain(words);
  }
});

test('the command line imports Node and what the library publishes, and carries nothing of it', () => {
  const published = new Set([...ENTRIES.values()].map((file) => relative('.', file)));
  for (const file of PROGRAM) {
    for (const source of importsOf(file)) {
      const target = join(dirname(file), source);
      const isKnown = source.startsWith('node:') || PROGRAM.includes(target) || published.has(target);
      expect(isKnown, `${file}: ${source}`).toBe(true);
    }
  }
  const bytes = PROGRAM.reduce((sum, file) => sum + readFileSync(file).length, 0);
  expect(bytes).toBeLessThan(150_000);
});

test('the files that hold its libraries tell their licences in full, and no others do', () => {
  for (const [words, names] of Object.entries(LIBRARIES)) {
    const holding = PROGRAM.filter((file) => readFileSync(file, 'utf8').includes(words));
    expect(holding, words).toHaveLength(1);
    const banner = readFileSync(holding[0]!, 'utf8');
    for (const name of names) {
      const folder = `node_modules/${name}`;
      const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))!;
      expect(banner, name).toContain(`/*! ${name} `);
      expect(banner, name).toContain(readFileSync(join(folder, licence), 'utf8').trim());
      const others = PROGRAM.filter((file) => readFileSync(file, 'utf8').includes(`/*! ${name} `));
      expect(others, name).toEqual(holding);
    }
  }
});
