import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';

/** A compiled module, taken apart: what each of its functions does, by the names of its instructions. */
export interface WasmModule {
  /** `module.name kind`, one a import. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /** Names of the sections' entries in the text format: import, export, func, memory, data, start, ... */
  readonly entries: ReadonlySet<string>;
  /** The instructions of an exported function and of every function that it calls. */
  readonly reachedFrom: (name: string) => ReadonlySet<string>;
  /** The instructions of the whole module. */
  readonly instructions: ReadonlySet<string>;
}

/** Every function of the text format with its body; the entries of a module stand one space deep. */
function splitFunctions(text: string): Map<string, string> {
  const functions = new Map<string, string>();
  for (const entry of text.split(/^ (?=\()/m)) {
    const name = /^\(func \$(\S+)/.exec(entry)?.[1];
    if (name !== undefined) functions.set(name, entry);
  }
  return functions;
}

function instructionsOf(body: string): string[] {
  return [...body.matchAll(/\(((?:[a-z0-9]+\.)+[a-z0-9_]+)/g)].map((match) => match[1]!);
}

/** Disassembles a build of the kernels. */
export function readWasm(path: string): WasmModule {
  const module = binaryen.readBinaryWithFeatures(readFileSync(path), binaryen.Features.All);
  const text = module.emitText();
  module.dispose();
  const functions = splitFunctions(text);
  const exported = new Map(
    [...text.matchAll(/^ \(export "(\w+)" \(func \$([^\s)]+)\)/gm)].map(([, name, id]) => [name!, id!]),
  );

  const reachedFrom = (name: string): Set<string> => {
    const instructions = new Set<string>();
    const waiting = [exported.get(name)!];
    const seen = new Set(waiting);
    for (const id of waiting) {
      const body = functions.get(id)!;
      for (const instruction of instructionsOf(body)) instructions.add(instruction);
      for (const [, called] of body.matchAll(/\((?:return_)?call \$([^\s)]+)/g)) {
        if (!seen.has(called!)) waiting.push(called!);
        seen.add(called!);
      }
    }
    return instructions;
  };

  return {
    imports: [...text.matchAll(/\(import "(\w+)" "(\w+)" \((\w+)/g)].map(
      ([, from, name, kind]) => `${from}.${name} ${kind}`,
    ),
    exports: [...exported.keys()].sort(),
    entries: new Set([...text.matchAll(/^ \((\w+)/gm)].map((match) => match[1]!)),
    reachedFrom,
    instructions: new Set([...functions.values()].flatMap(instructionsOf)),
  };
}
