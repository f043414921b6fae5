// Measures what the constants of predict() are fitted to: one JSON object a line, for fit.ts.
//   node --import tsx bench/predictions/collect.ts measured/here.jsonl [text that the configurations contain]
import { appendFileSync } from 'node:fs';
import { FITTED } from './configurations.ts';
import { measureEach } from './each.ts';
import { between } from './machines.ts';
import type { Measured } from './measure.ts';

const DIGITS = 5;

const [path, filter = ''] = process.argv.slice(2);
const chosen = FITTED.filter((configuration) => JSON.stringify(configuration).includes(filter));
for await (const measured of measureEach(chosen)) appendFileSync(path!, `${lineOf(measured)}\n`);

/** With as many digits as there is to tell. */
function lineOf({ builtOn, ...measured }: Measured): string {
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
  return JSON.stringify({ ...measured, builtOn: [between(builtOn)] }, rounded);
}
