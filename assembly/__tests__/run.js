// Runs the specs with as-pect. Its --as-config must be absolute, or the transform beside it is not found; and it calls a
// run of no tests at all a pass, which this does not.
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { asp } from '@as-pect/cli';

let printed = '';
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => {
  printed += text;
  return write(text, ...rest);
};

const here = import.meta.dirname;
process.chdir(join(here, '../..'));
const config = relative('.', join(here, 'as-pect.config.js'));
const asConfig = join(here, 'as-pect.asconfig.json');
await asp([
  ...process.argv.slice(0, 2),
  '--config',
  config,
  '--as-config',
  asConfig,
  '--summary',
  ...process.argv.slice(2),
]);

const [, passed] = /\[Tests\]: (\d+) \/ \d+/.exec(stripVTControlCharacters(printed)) ?? [];
if (!(Number(passed) > 0)) {
  console.error('No test ran.');
  process.exitCode = 1;
}
