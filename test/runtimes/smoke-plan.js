// The smoke of what is reckoned: closed forms, efforts and a plan. What smoke.js says holds here too. Times of predictions
// are left out: their constants are fitted anew now and then.
import {
  amdahl,
  complexity,
  effortFor,
  estimateRecall,
  flops,
  machineNamed,
  machines,
  memory,
  plan,
  queueing,
} from 'lanewise';
import { check, hash } from './ground.js';

/** Hashes of closed forms, and of the choices of a plan. */
export async function planned() {
  return { cost: hashJson(closedForms()), effort: hashJson(efforts()), plan: hashJson(choices()) };
}

/** Of the digits of every number: these tell doubles apart. */
function hashJson(value) {
  return hash(new TextEncoder().encode(JSON.stringify(value)));
}

function closedForms() {
  return [
    ...[100, 1e4, 1e6].map((n) => complexity.evaluate('hnsw', { n, d: 96, ef: 70 }).prediction),
    complexity.growthTable(123_457),
    flops.transformer({ model: 'BERT-base', tokens: 384 }),
    memory.kvCache({ model: 'LLaMA-7B', tokens: 1000, batch: 3 }),
    memory.hnswIndex({ rows: 123_456, dimensions: 99, m: 12 }),
    memory.lshIndex({ rows: 123_456, dimensions: 99 }),

    queueing.md1({ arrivalRate: 80, serviceTime: 11.7 }),
    amdahl({ serial: 0.07, workers: 77 }),
  ];
}

function efforts() {
  const size = { rows: 345_678, dimensions: 111, k: 13 };
  return [0.6, 0.9, 0.97].flatMap((recall) => [
    ...['ivf', 'hnsw', 'lsh'].map((index) => effortFor({ ...size, index, recall }) ?? null),
    effortFor({ ...size, index: 'ivf', recall, options: { codes: 'bits' } }) ?? null,
    estimateRecall({ ...size, index: 'lsh', options: { tables: 9, bits: 15, probesPerTable: 5 } }),
  ]);
}

/** Everything of a plan but its times. */
function choices() {
  const machine = machineNamed(Object.keys(machines)[0]);
  const request = { rows: 200_000, dimensions: 256, recall: 0.93, machine };
  const { candidates, best } = plan(request);
  check(best?.name === 'flat', 'the simplest candidate is the best where any will do');
  check(
    JSON.stringify(plan(JSON.parse(JSON.stringify(request)))) === JSON.stringify(plan(request)),
    'a request that was saved is planned for alike',
  );
  return candidates.map(({ name, create, search, recall, spread }) => ({
    ...{ name, create, search, recall, spread },
  }));
}
