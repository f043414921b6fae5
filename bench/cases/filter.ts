import { Bitmap, FlatIndex, IvfIndex, Random, type SearchResult } from 'lanewise';
import { type Collection, gloveCollection } from '../data.ts';
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
const SELECTIVITIES = [0.5, 0.1, 0.01, 0.001];

/** Ids that pass a filter, drawn at random: the hardest kind, since no cell holds more of them than another. */
function draw(rows: number, selectivity: number): Bitmap {
  const random = new Random(3);
  const filter = new Bitmap(rows);
  for (let id = 0; id < rows; id++) if (random.uniform() < selectivity) filter.add(id);
  return filter;
}

function recallOf(found: SearchResult, truth: SearchResult): number {
  let hits = 0;
  truth.ids.forEach((id, i) => {
    const from = i - (i % K);
    if (id >= 0 && found.ids.subarray(from, from + K).includes(id)) hits++;
  });
  return hits / truth.ids.filter((id) => id >= 0).length;
}

/** Indexes that share a search with a filter. */
interface Filtered {
  readonly name: string;
  readonly search: (queries: Float32Array, filter: Bitmap) => SearchResult;
}

async function indexesOf({ dimensions, vectors }: Collection, setting: Setting): Promise<Filtered[]> {
  const flat = await FlatIndex.create({ dimensions });
  flat.add(vectors);
  const cells = setting.isQuick ? 64 : 512;
  const ivf = await IvfIndex.create({ dimensions, cells });
  await ivf.build(vectors, { seed: 1 });
  return [
    { name: 'FlatIndex', search: (queries, filter) => flat.search(queries, { k: K, filter }) },
    {
      name: `IVF${cells} int8, ${cells / 8} probes`,
      search: (queries, filter) => ivf.search(queries, { k: K, filter, probes: cells / 8 }),
    },
  ];
}

/** Search among the rows that a filter lets pass. */
export const filter: Case = {
  name: 'filter',
  async run(setting) {
    const collection = gloveCollection();
    const { dimensions, rows, vectors, queries, name } = collection;
    const flat = await FlatIndex.create({ dimensions });
    flat.add(vectors);
    const count = Math.min(256, queries.length / dimensions);
    const query = (i: number): Float32Array =>
      queries.subarray((i % count) * dimensions, ((i % count) + 1) * dimensions);
    const together = queries.subarray(0, count * dimensions);
    const measurements: Measurement[] = [];
    const figures: Figure[] = [];
    const job = `filter, ${name}`;
    const scan = time((i) => flat.search(query(i), { k: K, exact: 'scan' }), patience(setting));
    measurements.push(summarize(job, 'float32 scan of all rows', scan, { queries: 1 }));
    for (const index of await indexesOf(collection, setting)) {
      for (const selectivity of SELECTIVITIES) {
        const allowed = draw(rows, selectivity);
        const truth = flat.search(together, { k: K, filter: allowed, exact: 'scan' });
        const recall = recallOf(index.search(together, allowed), truth);
        const sorted = time((i) => index.search(query(i), allowed), patience(setting));
        const method = `${index.name}, ${100 * selectivity} % pass`;
        const measurement = summarize(job, method, sorted, { queries: 1, recall });
        measurements.push(measurement);
        if (selectivity === 0.01) {
          const ratio = measurements[0]!.median / measurement.median;
          figures.push({ job, text: `${method}: scan of all rows / time`, ratio, atLeast: 5 });
          figures.push({ job, text: `${method}: recall`, ratio: recall, atLeast: 0.99 });
        }
      }
    }
    return { measurements, figures };
  },
};
