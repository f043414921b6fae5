import { readFileSync } from 'node:fs';

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** A block of code of the README's section "Use it in ...", by the bold words before it. */
export interface Snippet {
  readonly title: string;
  readonly language: string;
  readonly code: string;
}

export const snippets: readonly Snippet[] = [
  .../^## Use it in \.\.\.\n([\s\S]*?)^## /m
    .exec(README)![1]!
    .matchAll(/^\*\*(?<title>.+?)\*\*.*\n+```(?<language>\w+)\n(?<code>[\s\S]*?)^```$/gm),
].map(({ groups }) => ({ ...(groups as { title: string; language: string; code: string }) }));

/** The code of the snippet of this title. */
export function snippet(title: string): string {
  const found = snippets.find((snippet) => snippet.title === title);
  if (!found) throw new Error(`The README has no snippet '${title}', but: ${snippets.map((s) => s.title)}`);
  return found.code;
}
