// One runtime's part of the benchmark in a process of its own: `measure <npy> <options>` or `first-result <index>`.
import { readFileSync } from 'node:fs';
import { firstResult } from '../../test/runtimes/first-result.js';

const [job, file, options = '{}'] = process.argv.slice(2);
const bytes = readFileSync(file);
if (job === 'measure') {
  const { measure } = await import('./measure.js');
  console.log(JSON.stringify(await measure(bytes, JSON.parse(options))));
} else console.log(JSON.stringify(await firstResult(bytes, new Float32Array(100).fill(1))));
