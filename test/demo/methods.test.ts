import { readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { METHODS } from '../../demo/methods.ts';
import { NpyFolder } from './npy-file.ts';
import { runDemo } from './run-demo.ts';

const folder = new NpyFolder();
afterAll(() => folder.remove());

/** 300 rows on a half circle, and queries between them. */
const angles = (count: number, offset: number) =>
  Array.from({ length: count }, (_, i) => (Math.PI * (i + offset)) / count);
const points = (list: readonly number[]) => list.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]);
const vectors = folder.save('vectors.npy', [300, 2], points(angles(300, 0)));
const queries = folder.save('queries.npy', [25, 2], points(angles(25, 0.4)));
const given = ['--vectors', vectors, '--queries', queries, '--k', '3'];

/** Checks that tags nest and attributes are quoted; gives the names of the elements. */
function parseXml(text: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  let end = 0;
  for (const tag of text.matchAll(/<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g)) {
    const [whole, closing, name, , empty] = tag;
    expect(text.slice(end, tag.index), 'text between tags').not.toMatch(/[<>]|&(?!\w+;|#\d+;)/);
    end = tag.index + whole.length;
    if (closing) expect(open.pop()).toBe(name);
    else {
      names.push(name!);
      if (!empty) open.push(name!);
    }
  }
  expect(open).toEqual([]);
  expect(text.slice(end).trim()).toBe('');
  return names;
}

test('the table has a row for every method', () => {
  const { stdout, exitCode } = runDemo(...given);
  for (const { title } of METHODS) expect(stdout).toContain(` ${title}`);
  expect(exitCode).toBe(0);
}, 120_000);

test('--method measures that one alone, with its neighbours', () => {
  const { stdout, stderr, exitCode } = runDemo(...given, '--method', 'ivf');
  // Tuned to find 95 and 99 of a hundred; on a circle the nearest cells hold the nearest rows.
  expect(stdout).toMatch(/ inverted file, probes \d+ .* (1\.0000|0\.9\d{3}) /);
  expect(stdout).not.toContain('plain JavaScript loop');
  expect(stdout).not.toContain('What fits');
  expect(stdout).toMatch(/query 0 {2}row 5 /); // angle .4 pi/25 is 4.8 steps of pi/300
  expect([stderr, exitCode]).toEqual(['', 0]);
}, 60_000);

test('--plot writes an SVG with a line and a label for every method, and titles for both axes', () => {
  const file = folder.write('curve.svg', '');
  const { stdout, stderr, exitCode } = runDemo(...given, '--plot', file);
  expect([stderr, exitCode]).toEqual(['', 0]);
  expect(stdout).toContain(`Plot      ${file}`);
  const svg = readFileSync(file, 'utf8');
  expect(parseXml(svg)[0]).toBe('svg');
  expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(METHODS.length);
  for (const { title } of METHODS) expect(svg).toContain(`>${title}</text>`);
  expect(svg).toContain('>recall@3 (share of the true 3 nearest that are found)</text>');
  expect(svg).toContain('>queries a second (logarithmic)</text>');
}, 120_000);
