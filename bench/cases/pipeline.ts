import { LatencyHistogram, Pipeline, Profiler } from 'lanewise';
import { type Case, type Measurement, patience, type Setting } from '../harness.ts';

/** What a request may cost beside its stages, microseconds. */
const MOST_MICROSECONDS = 5;
const STAGES = ['retrieve', 'filter', 'features', 'rank', 'diversify'];

/** What a pipeline costs beside its stages: requests through stages that do nothing, one at a time. */
export const pipeline: Case = {
  name: 'pipeline',
  async run(setting) {
    const measurements: Measurement[] = [];
    const report = (method: string, latency: LatencyHistogram): void => {
      const [median, p95, p99] = [0.5, 0.95, 0.99].map((share) => latency.percentile(share)) as [
        number,
        number,
        number,
      ];
      measurements.push({ job: `request through ${STAGES.length} empty stages`, method, median, p95, p99 });
      console.log(
        `${method}: median ${(1000 * median).toFixed(2)} µs, p99 ${(1000 * p99).toFixed(2)} µs a request`,
      );
    };
    report('two looks at the clock', await latencyOf(async () => {}, setting));
    report('profiling off', await latencyOf(requestsOf(undefined), setting));
    report('async stages, profiling off', await latencyOf(requestsOf(undefined, true), setting));
    report('async stages, profiling on', await latencyOf(requestsOf(new Profiler(), true), setting));
    report('profiling on', await latencyOf(requestsOf(new Profiler()), setting));
    const ratio = measurements.at(-1)!.median * (1000 / MOST_MICROSECONDS);
    const text = `median of ${MOST_MICROSECONDS} µs, profiling on`;
    return { measurements, figures: [{ job: 'pipeline overhead', text, ratio, atMost: 1 }] };
  },
};

function requestsOf(profiler: Profiler | undefined, isAsync = false): () => Promise<unknown> {
  let pipeline = new Pipeline<{ candidates: number }>(profiler && { profiler });
  const count = ({ candidates }: { candidates: number }): number => candidates;
  for (const name of STAGES) pipeline = pipeline.stage(name, isAsync ? async () => {} : () => {}, { count });
  const request = { candidates: 500 };
  return () => pipeline.run(request);
}

async function latencyOf(run: () => Promise<unknown>, setting: Setting): Promise<LatencyHistogram> {
  const { milliseconds } = patience(setting);
  const latency = new LatencyHistogram();
  const warmUntil = performance.now() + milliseconds / 4;
  for (const until = warmUntil + milliseconds; performance.now() < until; ) {
    const start = performance.now();
    await run();
    const end = performance.now();
    if (end > warmUntil) latency.record(end - start);
  }
  return latency;
}
