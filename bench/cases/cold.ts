import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Case, summarize } from '../harness.ts';

const CHILD = fileURLToPath(new URL('../cold-child.ts', import.meta.url));

/** What the first user of a fresh process waits for. */
export const cold: Case = {
  name: 'cold',
  async run({ isQuick }) {
    const rows = isQuick ? 1000 : 10_000;
    const starts = Array.from({ length: isQuick ? 1 : 9 }, () => {
      const output = execFileSync(process.execPath, [...process.execArgv, CHILD, String(rows)], {
        encoding: 'utf8',
      });
      return JSON.parse(output) as Record<string, number>;
    });
    const measurements = Object.keys(starts[0]!).map((step) =>
      summarize(
        `cold start, ${rows} x 100`,
        step,
        starts.map((times) => times[step]!).sort((a, b) => a - b),
      ),
    );
    return { measurements, figures: [] };
  },
};
