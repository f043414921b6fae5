import { Profiler } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

/** Names that a terminal, XML or HTML would obey. */
const HOSTILE = [
  '</text><script>alert("x")</script>',
  '&amp;\'"',
  'two\nlines\u001b[31m',
  '\u202Ereversed',
  'half \ud800 pair',
  '\u0000\uffff',
];

function requests(): Profiler {
  const profiler = new Profiler();
  for (let i = 0; i < 10; i++) {
    profiler.record('retrieve', 10);
    profiler.record('rank', 40 + i);
    profiler.record('rank/features', 25);
    profiler.record('rank/score', 10);
    profiler.recordRequest(62 + i);
  }
  return profiler;
}

describe('a table', () => {
  test('has a line for requests, one for each stage below what it is a part of, and one for what is outside', () => {
    // Of 10 requests of 66.5 ms in the mean, 665 ms: retrieve 100, rank 445, of which features 250.
    const expected = [
      '                   calls  errors  mean ms   p50   p95   p99  p99.9    share  2x gives  at most',
      'request               10       0     66.5  66.1  71.0  71.0   71.0  100.0 %',
      'retrieve              10       0     10.0  10.0  10.0  10.0   10.0   15.0 %     1.08x    1.18x',
      'rank                  10       0     44.5  44.0  49.0  49.0   49.0   66.9 %     1.50x    3.02x',
      '  rank/features       10       0     25.0  25.0  25.0  25.0   25.0   37.6 %     1.23x    1.60x  <- the most to gain',
      '  rank/score          10       0     10.0  10.0  10.0  10.0   10.0   15.0 %     1.08x    1.18x',
      'outside of stages                    12.0                            18.0 %',
    ];
    expect(requests().report().toTable().split('\n')).toEqual(expected);
  });

  test('shows names of any origin without obeying or overlong ones without end', () => {
    const profiler = new Profiler();
    for (const name of [...HOSTILE, 'long '.repeat(1000)]) profiler.record(name, 1);
    const lines = profiler.report().toTable().split('\n');
    expect(lines).toHaveLength(1 + HOSTILE.length + 1);
    for (const line of lines) {
      expect(line).not.toMatch(/[\p{Cc}\p{Cs}\u202e]/u);
      expect(line.length).toBeLessThan(160);
    }
  });

  test('of nothing, of stages that never ran, and of one that takes all, has no numbers that are none', () => {
    expect(new Profiler().report().toTable()).not.toMatch(/NaN|Infinity|undefined/);
    const profiler = new Profiler();
    profiler.profileOf('idle');
    profiler.record('all', 5);
    const table = profiler.report().toTable();
    expect(table).not.toMatch(/NaN|undefined/);
    expect(table).toMatch(/^idle +0 +0 +- +- +- +- +- +0\.0 % +1\.00x +1\.00x$/m);
    expect(table).toMatch(/^all .* 100\.0 % +2\.00x +no bound +<- the most to gain$/m);
  });
});

describe('a flame graph', () => {
  test('gives stages their share of the width, side by side over their parts', () => {
    const svg = requests().report().toSVG({ width: 1032 });
    // 1000 pixels are the request's 665 ms; a gap of 1 stands between bars.
    const widthOf = (milliseconds: number): number => (1000 * milliseconds) / 665;
    const bars = barsOf(svg);
    const expected = [
      [0, 1000, 32],
      [0, widthOf(100), 72],
      [widthOf(100), widthOf(445), 72],
      [widthOf(100), widthOf(250), 112],
      [widthOf(350), widthOf(100), 112],
    ];
    expect(bars).toHaveLength(expected.length);
    for (const [i, [x, width, y]] of expected.entries()) {
      expect(bars[i]!.x).toBeCloseTo(x!, 0);
      expect(bars[i]!.width).toBeCloseTo(width! - 1, 0);
      expect(bars[i]!.y).toBe(y);
    }
    expect(svg).toContain('>66.9 % · 44.5 ms · at most 3.02x to gain</text>');
  });

  test('keeps parts that ran at the same time within what they are parts of', () => {
    const profiler = new Profiler();
    profiler.record('rank', 10);
    for (const part of ['a', 'b', 'c']) profiler.record(`rank/${part}`, 9);
    profiler.record('log', 10);
    const [, rank, ...others] = barsOf(profiler.report().toSVG());
    const parts = others.filter(({ y }) => y > rank!.y);
    expect(parts).toHaveLength(3);
    for (const { x, width } of parts) expect(x + width).toBeLessThanOrEqual(rank!.x + rank!.width + 0.1);
  });

  test('is as wide as it was asked to be, within what can be drawn', () => {
    const report = requests().report();
    for (const [asked, drawn] of [
      [undefined, 960],
      [0, 560],
      [1200, 1200],
    ] as const)
      expect(report.toSVG(asked === undefined ? {} : { width: asked })).toContain(
        ` width="${drawn}" height=`,
      );
    for (const width of [Number.NaN, Number.POSITIVE_INFINITY, -1, '900' as never])
      expect(errorOf(() => report.toSVG({ width })).code).toBe('INVALID_ARGUMENT');
  });

  test('cuts labels to the room there is, and clips what is wider than its letters let expect', () => {
    const profiler = new Profiler();
    for (let i = 0; i < 40; i++) profiler.record(`WWWWWWWWWWWWWWWWWWWW ${i}`, 1);
    const svg = profiler.report().toSVG();
    for (const [, x, width] of svg.matchAll(/<svg x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/g)) {
      expect(Number(width)).toBeGreaterThan(0);
      expect(Number(x) + Number(width)).toBeLessThanOrEqual(960 - 32);
    }
    // Every label stands in a frame of its own.
    const frames = svg.match(/<svg x=/g)!.length;
    expect(svg.match(/<text /g)).toHaveLength(frames);
  });

  test('escapes names and titles of any origin', () => {
    const profiler = new Profiler();
    for (const name of HOSTILE) profiler.record(name, 1);
    const svg = profiler.report().toSVG({ title: HOSTILE.join('') });
    expect(svg).not.toMatch(/<script|\son\w+=|[\p{Cs}\ufffe\uffff\u202e]/u);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML forbids
    expect(svg).not.toMatch(/[\0-\x08\x0b-\x1f]/);
    const unescaped = svg.replace(/&(amp|lt|gt|quot);/g, '');
    expect(unescaped).not.toContain('&');
    const tags = new Set(Array.from(svg.matchAll(/<\/?([^\s/>]*)/g), ([, tag]) => tag));
    expect([...tags].sort()).toEqual(['desc', 'g', 'path', 'rect', 'style', 'svg', 'text', 'title']);
  });

  test('says what it shows to those who do not see it', () => {
    const svg = requests().report().toSVG({ title: 'My requests' });
    expect(svg).toMatch(
      /^<svg [^>]*role="img"[^>]*><title>My requests<\/title><desc>retrieve 15\.0 %, rank 66\.9 %/,
    );
    expect(svg).toContain('The most is to be gained in rank/features.</desc>');
    expect(svg).toContain('prefers-color-scheme:dark');
  });

  test('of nothing is a drawing that says so', () => {
    const svg = new Profiler().report().toSVG();
    expect(svg).toContain('nothing was measured');
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });
});

test('a report in JSON has its figures, and null for what are none', () => {
  const profiler = requests();
  profiler.profileOf('idle');
  expect(profiler.report().toJSON()).toEqual(JSON.parse(JSON.stringify(profiler.report())));
  const { requests: whole, stages, total, bottleneck } = JSON.parse(JSON.stringify(profiler.report()));
  expect([whole.requests, whole.mean, total, bottleneck]).toEqual([10, 66.5, 665, 'rank/features']);
  expect(stages[0]).toMatchObject({ name: 'retrieve', depth: 0, p50: 10, total: 100, share: 100 / 665 });
  expect(stages.at(-1)).toMatchObject({ name: 'idle', requests: 0, mean: null, p99: null, bound: 1 });
});

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

function barsOf(svg: string): Rectangle[] {
  const pattern = /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g;
  return Array.from(svg.matchAll(pattern), ([, x, y, width]) => ({
    x: Number(x),
    y: Number(y),
    width: Number(width),
  }));
}
