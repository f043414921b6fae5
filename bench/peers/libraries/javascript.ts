import { JavaScriptLoop } from '../../../demo/javascript-loop.ts';
import type { Data, Searcher } from '../measure.ts';

/** The loop that one writes without a library. */
export async function* searchers({ case: definition, base }: Data): AsyncGenerator<Searcher> {
  const { rows, dimensions, metric, k, single } = definition;
  // One query after the other is all that it can: a batch would say nothing new.
  if (!single) return;
  const start = performance.now();
  const loop = new JavaScriptLoop({ rows, dimensions, data: base }, metric);
  yield {
    method: 'plain JavaScript loop',
    buildSeconds: (performance.now() - start) / 1_000,
    bytes: loop.memoryUsage().total,
    search: (query) => loop.search(query, { k }).ids,
  };
}
