import { CommanderError } from 'commander';
import { capabilities, LanewiseError, measureRoof } from 'lanewise';
import { printBudget } from './budget.ts';
import { buildIndex } from './build.ts';
import { openCollection } from './collection.ts';
import { checkPlot, plotCurves } from './curve.ts';
import { chooseLookups, printNeighbours } from './neighbours.ts';
import { readOptions } from './options.ts';
import { chooseMethods, compareMethods } from './retrieval.ts';
import { formatNumber } from './table.ts';
import { UsageError } from './usage-error.ts';

const MISTAKE = 2;

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const collection = openCollection(options);
  const lookups = chooseLookups(collection, options);
  chooseMethods(options);
  checkPlot(options);

  const roof = measureRoof();
  console.log(`Vectors   ${collection.title}`);
  console.log(
    `Machine   ${capabilities().tier} tier; one thread streams ${formatNumber(roof.streaming, 1)} GB/s, ` +
      `float32 ${formatNumber(roof.float32, 1)} GFLOP/s, int8 ${formatNumber(roof.int8, 1)} GMAC/s`,
  );
  const subject = await buildIndex(collection.indexed, options.metric);

  console.log('\nNearest');
  printNeighbours(subject.flat, collection, lookups, options.k);
  if (options.word.length > 0) return;

  console.log('');
  const comparison = await compareMethods(subject, collection, options);
  if (options.method === undefined) {
    console.log('');
    printBudget(comparison.scans, collection.indexed.rows, options.budget, roof.streaming);
  }
  if (options.plot !== undefined) await plotCurves(comparison, collection, options);
}

function leave(error: unknown): void {
  if (error instanceof CommanderError && error.exitCode === 0) return;
  const isMistake =
    error instanceof CommanderError || error instanceof UsageError || error instanceof LanewiseError;
  if (!isMistake) throw error;
  console.error(`lanewise: ${error.message.replace(/^error: /, '')}`);
  process.exitCode = MISTAKE;
}

// A reader such as `head` may close the pipe before the table is done.
process.stdout.on('error', () => process.exit());

await main().catch(leave);
