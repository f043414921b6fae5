import { printBudget } from '../budget.ts';
import { buildIndex } from '../build.ts';
import { openCollection } from '../collection.ts';
import { checkPlot, plotCurves } from '../curve.ts';
import { printMachine } from '../machine.ts';
import { chooseLookups, printNeighbours } from '../neighbours.ts';
import type { Options } from '../options.ts';
import { chooseMethods, compareMethods } from '../retrieval.ts';

/** Vectors: nearest rows, every method measured, and what fits a budget. */
export async function showSearch(options: Options): Promise<void> {
  const collection = openCollection(options);
  const lookups = chooseLookups(collection, options);
  chooseMethods(options);
  checkPlot(options);

  console.log(`Vectors   ${collection.title}`);
  const roof = printMachine();
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
