import { IvfIndex, Random } from 'lanewise';
import { type Case, type Figure, type Measurement, patience, summarize, time } from '../harness.ts';

const K = 10;
const DIMENSIONS = 96;
const PROBES = 32;
const QUERIES = 200;
/** Components of the mixture, and how wide they are beside the distances of their centres. */
const COMPONENTS = 2000;
const WIDTH = 0.7;
const MOST_BYTES = 700e6;

/** Rows around a few thousand centres: data with structure, without which no index has anything to find. */
class Mixture {
  readonly #random = new Random(5);
  readonly #centres: Float32Array = Float32Array.from({ length: COMPONENTS * DIMENSIONS }, () =>
    this.#bell(),
  );

  draw(rows: number): Float32Array {
    const values = new Float32Array(rows * DIMENSIONS);
    for (let at = 0; at < values.length; at += DIMENSIONS) {
      const centre = this.#random.integer(COMPONENTS) * DIMENSIONS;
      for (let i = 0; i < DIMENSIONS; i++) values[at + i] = this.#centres[centre + i]! + WIDTH * this.#bell();
    }
    return values;
  }

  /** About normal, with variance 1/3: the sum of four uniform numbers. */
  #bell(): number {
    const a = this.#random.uint32();
    const b = this.#random.uint32();
    return ((a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff)) / 65_536 - 2;
  }
}

/** Cells as the square root of the rows, and a fixed number of them searched: the cost of a query follows the root. */
async function measureAt(
  rows: number,
  mixture: Mixture,
  isQuick: boolean,
): Promise<{ measurement: Measurement; bytes: number }> {
  const vectors = mixture.draw(rows);
  const queries = mixture.draw(QUERIES);
  const cells = Math.round(Math.sqrt(rows));
  const index = await IvfIndex.create({ dimensions: DIMENSIONS, metric: 'l2', cells });
  await index.build(vectors, { seed: 1 });
  const truth = index.search(queries, { k: K, exact: true }).ids;
  const found = index.search(queries, { k: K, probes: PROBES }).ids;
  let hits = 0;
  for (let i = 0; i < truth.length; i++) {
    const from = i - (i % K);
    if (found.subarray(from, from + K).includes(truth[i]!)) hits++;
  }
  const query = (i: number): Float32Array =>
    queries.subarray((i % QUERIES) * DIMENSIONS, ((i % QUERIES) + 1) * DIMENSIONS);
  const sorted = time((i) => index.search(query(i), { k: K, probes: PROBES }), patience({ isQuick }));
  const bytes = index.memoryUsage().total;
  index.dispose();
  const job = `one query, mixture ${rows} x ${DIMENSIONS}, l2`;
  const method = `IVF${cells} int8, ${PROBES} probes, ${Math.round(bytes / 1e6)} MB`;
  return { measurement: summarize(job, method, sorted, { queries: 1, recall: hits / truth.length }), bytes };
}

/** How an inverted file grows. */
export const scale: Case = {
  name: 'scale-ivf',
  async run({ isQuick }) {
    const mixture = new Mixture();
    const sizes = isQuick ? [2_000, 8_000] : [100_000, 300_000, 1_000_000];
    const measurements: Measurement[] = [];
    const figures: Figure[] = [];
    for (const rows of sizes) {
      const { measurement, bytes } = await measureAt(rows, mixture, isQuick);
      const first = measurements[0] ?? measurement;
      const growth = measurement.median / first.median;
      const text = 'time grows with the root of the rows: growth / root';
      const ratio = growth / Math.sqrt(rows / sizes[0]!);
      if (measurements.length > 0) figures.push({ job: measurement.job, text, ratio, atMost: 1.5 });
      if (rows === 1_000_000) {
        figures.push({ job: measurement.job, text: 'bytes held', ratio: bytes, atMost: MOST_BYTES });
      }
      measurements.push(measurement);
    }
    return { measurements, figures };
  },
};
