import { capabilities, FlatIndex, type Metric, measureRoof, type SearchResult } from 'lanewise';
import { type Collection, gloveCollection, randomCollection } from '../data.ts';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

const K = 10;
/** Absolute figures are for the whole collection, in the relaxed tier. */
function hasAbsoluteFigure(job: string): boolean {
  return job.includes('GloVe 100000') && capabilities().tier === 'relaxed';
}

/** One query at a time: the certified search beside the float32 scan that it must equal. */
function singleQuery(
  name: string,
  metric: Metric,
  collect: (setting: Setting) => Collection,
  figures: Figures,
): Case {
  return {
    name,
    async run(setting) {
      const { dimensions, rows, vectors, queries, name: data } = collect(setting);
      const index = await FlatIndex.create({ dimensions, metric });
      index.add(vectors);
      const count = Math.min(64, queries.length / dimensions);
      const query = (i: number): Float32Array =>
        queries.subarray((i % count) * dimensions, ((i % count) + 1) * dimensions);
      const job = `one query, ${data}, ${metric}`;
      const bytes = 4 * rows * dimensions;
      const scan = time((i) => index.search(query(i), { k: K, exact: 'scan' }), patience(setting));
      const certified = time((i) => index.search(query(i), { k: K }), patience(setting));
      const recall = recallOf(index, queries.subarray(0, count * dimensions));
      const { streaming } = measureRoof({ bytes });
      index.dispose();
      const measurements = [
        summarize(job, 'float32 scan', scan, {
          bytes,
          multiplyAdds: rows * dimensions,
          queries: 1,
          recall: 1,
        }),
        summarize(job, 'certified', certified, { multiplyAdds: rows * dimensions, queries: 1, recall }),
      ];
      return { measurements, figures: figures(job, measurements, streaming) };
    },
  };
}

type Figures = (job: string, measurements: readonly Measurement[], streaming: number) => Figure[];

/** 64 queries in one call. */
function batch(name: string, metric: Metric, collect: (setting: Setting) => Collection): Case {
  return {
    name,
    async run(setting) {
      const { dimensions, rows, vectors, queries, name: data } = collect(setting);
      const index = await FlatIndex.create({ dimensions, metric });
      index.add(vectors);
      const count = 64;
      const together = queries.subarray(0, count * dimensions);
      const job = `${count} queries, ${data}, ${metric}`;
      const certified = time(() => index.search(together, { k: K }), patience(setting));
      const recall = recallOf(index, together);
      index.dispose();
      const work = { multiplyAdds: count * rows * dimensions, queries: count, recall };
      const measurement = summarize(job, 'certified', certified, work);
      const rate = (1000 * count) / measurement.median;
      const figures = hasAbsoluteFigure(job)
        ? [{ job, text: 'queries a second', ratio: rate, atLeast: 6000 }]
        : [];
      return { measurements: [measurement], figures };
    },
  };
}

/** Share of the scan's ids that the certified search finds; and it must find the scores to the bit. */
function recallOf(index: FlatIndex, queries: Float32Array): number {
  const certified = index.search(queries, { k: K });
  const scan = index.search(queries, { k: K, exact: 'scan' });
  return agreement(certified, scan);
}

function agreement(a: SearchResult, b: SearchResult): number {
  let same = 0;
  a.ids.forEach((id, i) => {
    if (id === b.ids[i] && Object.is(a.scores[i], b.scores[i])) same++;
  });
  return same / a.ids.length;
}

export const searchCases: readonly Case[] = [
  singleQuery(
    'single-random',
    'ip',
    ({ isQuick }) => randomCollection(isQuick ? 4000 : 200_000, 256),
    (job, [scan, certified], streaming) => [
      {
        job,
        text: 'float32 scan / streaming roof',
        ratio: scan!.bytes! / scan!.median / 1e6 / streaming,
        atLeast: 0.9,
      },
      {
        job,
        text: 'certified / float32 scan, speed',
        ratio: scan!.median / certified!.median,
        atLeast: capabilities().tier === 'relaxed' ? 4 : 3,
      },
    ],
  ),
  singleQuery('single-glove', 'cosine', gloveCollection, (job, [, certified]) =>
    hasAbsoluteFigure(job) ? [{ job, text: 'certified, ms', ratio: certified!.median, atMost: 0.425 }] : [],
  ),
  batch('batch-glove', 'cosine', gloveCollection),
  batch('batch-random', 'ip', ({ isQuick }) => randomCollection(isQuick ? 4000 : 100_000, 256)),
];
