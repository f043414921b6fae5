import { calibrate, type Plan, plan, type Verification, verify } from 'lanewise';
import { renderTable } from '../../demo/table.ts';
import { clusteredVectors } from '../clustered.ts';

/** The cases of the textbook: what is to be searched within 100 ms, and whether it is small enough to be tried here. */
const CASES = [
  { rows: 50_000, dimensions: 768, isTried: true },
  { rows: 200_000, dimensions: 256, isTried: true },
  { rows: 1_000_000, dimensions: 96, isTried: true },
  { rows: 10_000_000, dimensions: 256, isTried: false },
] as const;
const LATENCY = { p99: 100 };
const RECALL = 0.95;
const SEED = 7;
const QUERIES = 256;
const QUICK_ROWS = 4000;

/** Plans the textbook's cases, builds and measures those that fit here, and prints both. */
export async function verifyPlans({ isQuick }: { readonly isQuick: boolean }): Promise<void> {
  const rows: string[][] = [];
  for (const { rows: count, dimensions, isTried } of CASES) {
    process.stderr.write(`plan ${count} x ${dimensions} ...\n`);
    const planned = plan({
      rows: count,
      dimensions,
      recall: RECALL,
      latency: LATENCY,
      machine: await calibrate(),
    });
    const sample = isQuick ? QUICK_ROWS : count;
    const verified = isTried && planned.best ? await tried(planned, sample) : undefined;
    rows.push([`${count} x ${dimensions}`, ...decided(planned), ...(verified ? found(verified) : [])]);
  }
  const head = ['', 'plan', 'p99 ms', 'MB', 'measured p99', 'MB', 'recall', 'verify'];
  console.log(renderTable(head, rows, { texts: [1, 7] }));
}

async function tried(planned: Plan, rows: number): Promise<Verification> {
  const { dimensions } = planned.request;
  const { vectors, queries } = clusteredVectors({ rows, dimensions, queries: QUERIES, seed: SEED });
  return await verify(planned, vectors, { queries, machine: await calibrate() });
}

function decided({ best, nearest }: Plan): string[] {
  if (best) return [best.name, best.prediction.p99.toPrecision(3), (best.bytes / 1e6).toFixed(1)];
  return [
    `none; nearest ${nearest?.name}: ${nearest?.relax.map(({ message }) => message).join(' ')}`,
    '',
    '',
  ];
}

function found({ measured, confirms, reasons }: Verification): string[] {
  const { p99, bytes, recall } = measured;
  const said = confirms ? 'confirms' : `does not confirm: ${reasons.join(' ')}`;
  return [p99.toPrecision(3), (bytes / 1e6).toFixed(1), recall.toFixed(3), said];
}
