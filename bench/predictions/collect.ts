// Measures what the constants of predict() are fitted to: one JSON object a line, for fit.ts.
//   node --import tsx bench/predictions/collect.ts measured.jsonl [text that the configurations contain]
import { appendFileSync } from 'node:fs';
import { FITTED } from './configurations.ts';
import { measureEach } from './each.ts';

const [path, filter = ''] = process.argv.slice(2);
const chosen = FITTED.filter((configuration) => JSON.stringify(configuration).includes(filter));
for await (const measured of measureEach(chosen)) appendFileSync(path!, `${JSON.stringify(measured)}\n`);
