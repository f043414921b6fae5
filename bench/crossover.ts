/** Measures a product with a vector, sparse and dense, as the matrix fills up, and draws where dense rows take less. */
import { statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { formatNumber } from '../demo/table.ts';
import { extentsOf, measureDensities } from './cases/sparse.ts';
import { drawCrossover } from './crossover-figure.ts';

const program = new Command('node --import tsx bench/crossover.ts')
  .argument('<file.svg>', 'where the figure is written')
  .option('--quick', 'a small matrix: whether it runs, not how fast', false)
  .parse();

const [file] = program.args as [string];
const { quick } = program.opts<{ readonly quick: boolean }>();
if (!statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory())
  program.error(`error: cannot write ${file}: there is no folder ${dirname(file)}`);

const setting = { isQuick: quick };
const [rows, columns] = extentsOf(setting);
const subtitle =
  `${formatNumber(rows)} x ${formatNumber(columns)} float32 times a vector; ` +
  `one thread, Node ${process.versions.node.split('.')[0]}, medians`;
writeFileSync(file, await drawCrossover(await measureDensities(setting), subtitle));
