import { DDSketch, KllSketch, Random } from 'lanewise';
import {
  type Case,
  type Figure,
  type Measurement,
  patience,
  type Setting,
  summarize,
  time,
} from '../harness.ts';

const PARTS = Float64Array.of(0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999);
const SEEDS = 20;

/** What summarizes the distribution of a stream: by rank and by value. */
export const quantiles: Case = {
  name: 'quantiles',
  async run(setting) {
    const measurements: Measurement[] = [];
    const figures: Figure[] = [];
    for (const [name, draw] of Object.entries(STREAMS)) {
      const values = streamOf(draw, setting.isQuick ? 20_000 : 100_000);
      for (const measure of [kll, ddsketch]) {
        const report = await measure(name, values, setting);
        measurements.push(...report.measurements);
        figures.push(...report.figures);
      }
    }
    return { measurements, figures };
  },
};

const STREAMS: Readonly<Record<string, (uniform: () => number) => number>> = {
  uniform: (uniform) => uniform(),
  normal: (uniform) => uniform() + uniform() + uniform() + uniform() - 2,
  // Milliseconds: a body and a long tail.
  latencies: (uniform) => 5 + 2 / (uniform() + 1e-4),
};

interface Report {
  readonly measurements: Measurement[];
  readonly figures: Figure[];
}

type Measured = Pick<KllSketch, 'quantiles' | 'toBytes' | 'memoryUsage'> & {
  add(values: Float64Array): unknown;
};

async function kll(name: string, values: Float64Array, setting: Setting): Promise<Report> {
  const job = `KLL k=200, ${values.length} ${name}`;
  using sketch = await KllSketch.create();
  const report = measure(job, sketch, values, setting, 30);
  const sorted = values.slice().sort();
  let worst = 0;
  let bound = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    using seeded = await KllSketch.create({ seed });
    seeded.add(values);
    bound = seeded.errorBound().bound;
    // Values are drawn from so many that hardly any two are equal.
    const places = PARTS.map((q) => Math.floor(q * sorted.length));
    seeded.cdf(places.map((place) => sorted[place]!)).forEach((rank, i) => {
      worst = Math.max(worst, Math.abs(rank - (places[i]! + 1) / sorted.length));
    });
  }
  console.log(`${job}: worst rank error of ${SEEDS} seeds ${percent(worst)}, bound ${percent(bound)}`);
  report.figures.push({ job, text: 'worst rank error / bound', ratio: worst / bound, atMost: 1 });
  return report;
}

async function ddsketch(name: string, values: Float64Array, setting: Setting): Promise<Report> {
  const job = `DDSketch 1 %, ${values.length} ${name}`;
  using sketch = await DDSketch.create();
  const report = measure(job, sketch, values, setting, 50);
  sketch.clear();
  const found = sketch.add(values).quantiles(PARTS);
  const sorted = values.slice().sort();
  const errors = [...PARTS].map((q, i) => {
    const truth = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)]!;
    return Math.abs(found[i]! - truth) / Math.abs(truth);
  });
  const worst = Math.max(...errors);
  console.log(`${job}: worst relative error ${percent(worst)}, bound 1 %`);
  report.figures.push({ job, text: 'worst relative error / bound', ratio: worst / 0.01, atMost: 1 });
  return report;
}

/** Adds, in millions a second, and what eight quantiles cost after a change. */
function measure(
  job: string,
  sketch: Measured,
  values: Float64Array,
  setting: Setting,
  wanted: number,
): Report {
  const add = summarize(
    job,
    'add',
    time(() => sketch.add(values), patience(setting)),
    {
      queries: values.length,
    },
  );
  const one = Float64Array.of(1);
  const query = summarize(
    job,
    `add one, ask for ${PARTS.length}`,
    time(() => {
      sketch.add(one);
      sketch.quantiles(PARTS);
    }, patience(setting)),
  );
  const speed = values.length / add.median / 1000;
  console.log(
    `${job}: ${speed.toFixed(0)} M adds/s; ${PARTS.length} quantiles after a change ${(1000 * query.median).toFixed(1)} us; ` +
      `${sketch.memoryUsage().total} bytes held, ${sketch.toBytes().length} saved`,
  );
  return { measurements: [add, query], figures: [{ job, text: 'M adds/s', ratio: speed, atLeast: wanted }] };
}

function streamOf(draw: (uniform: () => number) => number, count: number): Float64Array {
  const random = new Random(count);
  const uniform = () => random.uniform();
  return Float64Array.from({ length: count }, () => draw(uniform));
}

function percent(part: number): string {
  return `${(100 * part).toFixed(3)} %`;
}
