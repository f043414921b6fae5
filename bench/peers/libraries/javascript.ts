import { JavaScriptLoop } from '../../../demo/javascript-loop.ts';
import type { Data, Searcher } from '../measure.ts';

/** The loop that one writes without a library. */
export async function* searchers({ case: definition, base }: Data): AsyncGenerator<Searcher> {
  const { rows, dimensions, metric, k } = definition;
  const start = performance.now();
  const loop = new JavaScriptLoop({ rows, dimensions, data: base }, metric);
  yield {
    method: 'plain JavaScript loop',
    buildSeconds: (performance.now() - start) / 1_000,
    bytes: loop.bytes,
    search: (query) => loop.search(query, k),
  };
}
