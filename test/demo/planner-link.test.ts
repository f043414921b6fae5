import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFigure } from '../../demo/page/src/planner/figures.ts';
import { readLink, writeLink } from '../../demo/page/src/planner/link.ts';
import { bounded, FIELDS, METRICS, stopOf, USUAL, type Wish } from '../../demo/page/src/planner/wish.ts';

const MACHINES = ['laptop', 'server'];
const OF_LAPTOP: Wish = { ...USUAL, machine: 'laptop' };

const read = (query: string) => readLink(new URLSearchParams(query), MACHINES);

const anyWish: fc.Arbitrary<Wish> = fc
  .tuple(
    fc.tuple(...FIELDS.map(() => fc.double({ min: 0, max: 1, noNaN: true }))),
    fc.constantFrom(...METRICS.map(({ key }) => key)),
    fc.constantFrom('laptop', 'server', 'here'),
  )
  .map(([shares, metric, machine]) => {
    const numbers = FIELDS.map((field, i) => {
      const [least, most] = [field.stops[0]!, field.stops.at(-1)!];
      return [field.name, bounded(field, least + shares[i]! ** 4 * (most - least))];
    });
    return { ...Object.fromEntries(numbers), metric, machine } as Wish;
  });

describe('the link of a plan', () => {
  test('a form that is as usual needs no parameters, and none give the usual form', () => {
    const parameters = new URLSearchParams('q=coffee');
    writeLink(OF_LAPTOP, parameters, MACHINES);
    expect(parameters.toString()).toBe('q=coffee');
    expect(read('q=coffee')).toEqual({ wish: OF_LAPTOP, notes: [] });
  });

  test('only what differs is written, under a short name, and what else is there stays', () => {
    const parameters = new URLSearchParams('q=coffee&d=96');
    writeLink({ ...OF_LAPTOP, rows: 50_000, memory: 512 * 2 ** 20, metric: 'l2' }, parameters, MACHINES);
    expect(parameters.toString()).toBe('q=coffee&n=50000&mem=512&m=l2');
  });

  test('every form is read back from its link as it was, without a note', () => {
    fc.assert(
      fc.property(anyWish, (wish) => {
        const parameters = new URLSearchParams();
        writeLink(wish, parameters, MACHINES);
        const { wish: back, notes } = readLink(new URLSearchParams(parameters.toString()), MACHINES);
        expect(notes).toEqual([]);
        for (const { name } of FIELDS) expect(back[name] / wish[name] || 1).toBeCloseTo(1, 12);
        expect([back.metric, back.machine]).toEqual([wish.metric, wish.machine]);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  test.each([
    ['n=5', 'rows', 1000],
    ['n=1e20', 'rows', 1e8],
    ['d=100000', 'dimensions', 4096],
    ['r=7', 'recall', 1],
    ['f=0', 'filterSelectivity', 1e-4],
    ['mem=1', 'memory', 16 * 2 ** 20],
  ] as const)('%s is brought within the bounds, and said', (query, name, bound) => {
    const { wish, notes } = read(query);
    expect(wish).toEqual({ ...OF_LAPTOP, [name]: bound });
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(FIELDS.find((field) => field.name === name)!.label);
  });

  test('a whole number that is written as a broken one is rounded', () => {
    expect(read('k=10.4').wish.k).toBe(10);
  });

  test.each([
    'n=',
    'n=abc',
    'n=-5',
    'n=NaN',
    'n=Infinity',
    'n=1e999',
    'n=0x10',
    'n=1_000',
    'n=%00',
    'n=__proto__',
    'n=%3Cscript%3Ealert(1)%3C/script%3E',
    'm=manhattan',
    'm=constructor',
    'on=toString',
    'on=',
  ])('%s is ignored, and said', (query) => {
    const { wish, notes } = read(query);
    expect(wish).toEqual(OF_LAPTOP);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('ignored');
  });

  test('a note tells no more than twenty letters of what was wrong, and none that turn text around', () => {
    const [note] = read(`n=${'9'.repeat(9999)}`).notes;
    expect(note!.length).toBeLessThan(80);
    expect(read('n=%E2%80%AEevil').notes[0]).not.toContain('\u202e');
  });

  test('whatever a link holds, every number is within its bounds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), fc.string(), (field, text) => {
        const { wish } = readLink(new URLSearchParams([[field.key, text]]), MACHINES);
        expect(wish[field.name]).toBeGreaterThanOrEqual(field.stops[0]!);
        expect(wish[field.name]).toBeLessThanOrEqual(field.stops.at(-1)!);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

describe('a number of the form', () => {
  test.each([
    ['200000', 200_000],
    ['200 000', 200_000],
    ['200\u202f000', 200_000],
    ['1,000,000', 1_000_000],
    ['200k', 200_000],
    ['1.5M', 1_500_000],
    ['1e6', 1_000_000],
    ['0,95', 0.95],
    ['.5', 0.5],
    ['95 %', 95],
    ['', undefined],
    ['ten', undefined],
    ['-1', undefined],
    ['1e999', undefined],
    ['4 GiB', undefined],
    ['1 2', undefined],
  ])('%j is read as %s', (text, value) => {
    expect(readFigure(text)).toBe(value);
  });

  test.each([
    ['512', 512 * 2 ** 20],
    ['512 MiB', 512 * 2 ** 20],
    ['4G', 2 ** 32],
    ['1.5 GB', 1.5 * 2 ** 30],
    ['1 TiB', 2 ** 40],
  ])('%j of memory is %s bytes', (text, bytes) => {
    expect(readFigure(text, 'bytes')).toBe(bytes);
  });

  test('what a field writes it reads back, at every stop of its slider', () => {
    for (const field of FIELDS) {
      for (const stop of field.stops) expect(field.read(field.text(stop)) ?? -1).toBeCloseTo(stop, 9);
    }
  });

  test('the usual values are stops, and stops are found by ratio', () => {
    for (const field of FIELDS) {
      expect(field.stops[stopOf(field, USUAL[field.name])]).toBe(USUAL[field.name]);
      expect(field.stops).toEqual(field.stops.toSorted((a, b) => a - b));
    }
    const [rows] = FIELDS;
    expect(rows!.stops[stopOf(rows!, 1_090_000)]).toBe(1_000_000);
    expect(rows!.stops[stopOf(rows!, 1_110_000)]).toBe(1_200_000);
  });
});
