import { FlatIndex } from 'lanewise';
import { randomUnitVectors } from '../data.ts';
import { type Case, type Measurement, patience, summarize, time } from '../harness.ts';

const DIMENSIONS = 256;

/** Adding rows beside copying them; both into memory that was used before, and both into memory that was not. */
const add: Case = {
  name: 'add',
  async run(setting) {
    const rows = setting.isQuick ? 4000 : 100_000;
    const vectors = randomUnitVectors(rows, DIMENSIONS, 3);
    const job = `add ${rows} x ${DIMENSIONS}`;
    const options = { milliseconds: patience(setting).milliseconds, least: 5 };
    const target = new Float32Array(vectors.length);
    const copy = time(() => target.set(vectors), options);
    const index = await FlatIndex.create({ dimensions: DIMENSIONS, metric: 'ip' });
    const all = index.add(vectors);
    index.remove(all);
    const added: number[] = [];
    for (let i = 0; i < options.least; i++) {
      const start = performance.now();
      index.add(vectors, { ids: all });
      added.push(performance.now() - start);
      index.remove(all);
    }
    index.dispose();
    added.sort((a, b) => a - b);
    const bytes = vectors.byteLength;
    const measurements = [
      summarize(job, 'copy', copy, { bytes }),
      summarize(job, 'add: norms, 8-bit and 4-bit codes, ids', added, { bytes }),
    ];
    const ratio = measurements[1]!.median / measurements[0]!.median;
    return { measurements, figures: [{ job, text: 'add / copy, time', ratio, atMost: 6 }] };
  },
};

/** Loading a saved index beside copying its bytes. */
const load: Case = {
  name: 'load',
  async run(setting) {
    const rows = setting.isQuick ? 4000 : 100_000;
    const index = await FlatIndex.create({ dimensions: DIMENSIONS, metric: 'ip' });
    index.add(randomUnitVectors(rows, DIMENSIONS, 3));
    const file = index.toBytes();
    index.dispose();
    const job = `load ${rows} x ${DIMENSIONS}`;
    const options = { milliseconds: patience(setting).milliseconds, least: 5 };
    const target = new Uint8Array(file.length);
    const copy = time(() => target.set(file), options);
    const loaded = time(() => FlatIndex.fromBytes(file).dispose(), options);
    const measurements = [
      summarize(job, 'copy', copy, { bytes: file.length }),
      summarize(job, 'fromBytes: checked, hashed', loaded, { bytes: file.length }),
    ];
    const ratio = measurements[1]!.median / measurements[0]!.median;
    return { measurements, figures: [{ job, text: 'load / copy, time', ratio, atMost: 2 }] };
  },
};

/** Adding one row at a time: the last rows must cost what the first ones cost. */
const grow: Case = {
  name: 'grow',
  async run(setting) {
    const steps = setting.isQuick ? 4 : 10;
    const rows = setting.isQuick ? 2000 : 100_000;
    const dimensions = 16;
    const vectors = randomUnitVectors(1000, dimensions, 4);
    const index = await FlatIndex.create({ dimensions, metric: 'l2' });
    const job = `add one row at a time to ${(steps * rows) / 1000}k x ${dimensions}`;
    const measurements: Measurement[] = [];
    for (let step = 0; step < steps; step++) {
      const start = performance.now();
      for (let i = 0; i < rows; i++) {
        const at = (i % 1000) * dimensions;
        index.add(vectors.subarray(at, at + dimensions));
      }
      const elapsed = performance.now() - start;
      measurements.push(summarize(job, `rows ${step * rows}..${(step + 1) * rows}`, [elapsed]));
    }
    index.dispose();
    const half = steps / 2;
    const sum = (part: readonly Measurement[]): number =>
      part.reduce((total, { median }) => total + median, 0);
    const ratio = sum(measurements.slice(half)) / sum(measurements.slice(0, half));
    return { measurements, figures: [{ job, text: 'second half / first half, time', ratio, atMost: 1.25 }] };
  },
};

export const storageCases: readonly Case[] = [add, load, grow];
