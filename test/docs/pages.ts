import { readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { vi } from 'vitest';

/** What a page's code printed, and what the comments behind its calls of `console.log` say that it prints. */
export interface Printed {
  readonly printed: readonly string[];
  readonly promised: readonly string[];
}

/** The TypeScript blocks of a page, as one program. `page` is a path from the root of the project. */
export async function runPage(page: string): Promise<Printed> {
  const text = readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');
  const code = [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('\n');
  const module = new URL(`./${page.replace(/\W/g, '-')}.ts`, import.meta.url);
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...values) => {
    printed.push(values.map(show).join(' '));
  });
  await writeFile(module, code);
  try {
    await import(module.pathname);
  } finally {
    log.mockRestore();
    await rm(module);
  }
  return {
    printed,
    promised: [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, says]) => says!),
  };
}

/** As pages write values: four significant digits, and lists without the names of their classes. */
function show(value: unknown): string {
  if (typeof value === 'number')
    return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(value as ArrayLike<unknown>, show).join(', ')}]`;
  return String(value);
}
