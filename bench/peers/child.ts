/** Measures one library on one case: `child.ts <library> <case.json>`. Prints a Result a line. */
import { readFileSync } from 'node:fs';
import type { Case } from './exchange.ts';
import { type Data, measure, type Searcher } from './measure.ts';

/** What a file of `libraries/` exports: its indexes, each built when it is asked for. */
interface Library {
  searchers(data: Data): AsyncGenerator<Searcher>;
}

function readElements<Elements>(path: string, Kind: new (buffer: ArrayBuffer) => Elements): Elements {
  // A small file shares its buffer with others: the copy starts at 0.
  return new Kind(new Uint8Array(readFileSync(path)).buffer);
}

const [library, casePath] = process.argv.slice(2);
const definition: Case = JSON.parse(readFileSync(casePath, 'utf8'));
const { files } = definition;
const data: Data = {
  case: definition,
  base: readElements(files.base, Float32Array),
  queries: readElements(files.queries, Float32Array),
  truth: readElements(files.truth, Int32Array),
};
const { searchers }: Library = await import(`./libraries/${library}.ts`);
for await (const searcher of searchers(data)) console.log(JSON.stringify(measure(searcher, data)));
// A library may leave timers behind.
process.exit(0);
