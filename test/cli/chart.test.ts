import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Chart, escapeXml, renderChart } from '../../src/cli/chart.ts';
import { expectWellFormed, textsOf } from './xml.ts';

const chart: Chart = {
  title: 'Speed & <time>',
  description: 'A line that rises "steadily".',
  x: { label: 'size', scale: 'log', domain: [1, 10_000], format: String },
  y: { label: 'seconds', scale: 'linear', domain: [0, 8], format: String },
  lines: [
    {
      name: 'first',
      points: [
        [1, 0],
        [100, 4],
        [10_000, 8],
      ],
    },
  ],
  marks: [{ name: '</svg><script>', x: 100, y: 4 }],
};

test('a chart is well-formed, named for those who do not see it, and light or dark', () => {
  const svg = renderChart(chart);

  expectWellFormed(svg);
  expect(svg).toMatch(
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*role="img" aria-labelledby="title description">/,
  );
  expect(svg).toContain('<title id="title">Speed &amp; &lt;time&gt;</title>');
  expect(svg).toContain('<desc id="description">A line that rises &quot;steadily&quot;.</desc>');
  expect(svg).toContain('@media(prefers-color-scheme:dark)');
});

test('powers of a logarithmic axis are evenly apart, and so are steps of a linear one', () => {
  const svg = renderChart(chart);

  // 78 to 580 pixels for four decades, 384 to 52 for 0 to 8: a line through (1, 0), (100, 4) and (10000, 8) is straight.
  expect(svg).toContain('d="M78 384 L329 218 L580 52"');
  expect([...svg.matchAll(/class="tick" x="([\d.]+)" y="402"/g)].map(([, x]) => Number(x))).toEqual([
    78, 203.5, 329, 454.5, 580,
  ]);
  expect(textsOf(svg)).toEqual(
    expect.arrayContaining(['1', '10', '100', '1000', '10000', '0', '2', '4', '6', '8']),
  );
});

test('names are texts, whatever they hold', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const text = escapeXml(name);
      expectWellFormed(`<a b="${text}">${text}</a>`);
    }),
    { seed: 8, numRuns: 200 },
  );
  expect(escapeXml(`<a b='c'>&"\u0000\ud800\uffff\n`)).toBe(
    '&lt;a b=&#39;c&#39;&gt;&amp;&quot;\ufffd\ufffd\ufffd\n',
  );
});

test('the same numbers give the same bytes', () => {
  expect(renderChart({ ...chart, lines: structuredClone(chart.lines) })).toBe(renderChart(chart));
});

test('names of dots that lie on one another stand apart', () => {
  const marks = ['one', 'two', 'three'].map((name) => ({ name, x: 200, y: 4 }));
  const svg = renderChart({ ...chart, marks });
  const heights = [...svg.matchAll(/class="mark name" x="[\d.]+" y="([\d.]+)"/g)].map(([, y]) => Number(y));
  expect(heights).toHaveLength(3);
  const [low, middle, high] = heights.toSorted((a, b) => a - b);
  expect(middle! - low!).toBeGreaterThanOrEqual(14);
  expect(high! - middle!).toBeGreaterThanOrEqual(14);
});
