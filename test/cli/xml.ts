import { expect } from 'vitest';

const TAG = /<(\/?)([a-zA-Z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/y;
const TEXT = /(?:[^<&]|&(?:amp|lt|gt|quot|#39);)*/y;
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Expects one element with everything in it closed: tags, attributes in quotes, entities that XML knows, no characters that it forbids. */
export function expectWellFormed(xml: string): void {
  expect(FORBIDDEN.exec(xml)).toBeNull();
  const open: string[] = [];
  let elements = 0;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray => {
    pattern.lastIndex = at;
    const match = pattern.exec(xml);
    if (!match) throw new Error(`no XML at ${at}: ${JSON.stringify(xml.slice(at, at + 80))}`);
    at = pattern.lastIndex;
    return match;
  };
  const text = xml.trimEnd();
  while (at < text.length) {
    const [, isEnd, name, attributes, isEmpty] = take(TAG);
    const names = [...attributes!.matchAll(/([\w:-]+)=/g)].map(([, attribute]) => attribute);
    expect(new Set(names).size, `attributes of ${name}`).toBe(names.length);
    if (isEnd) expect(open.pop()).toBe(name);
    else if (!isEmpty) open.push(name!);
    if (open.length === 0) elements++;
    if (at < text.length) take(TEXT);
  }
  expect([open, elements]).toEqual([[], 1]);
}

/** What the texts of a drawing say. */
export function textsOf(svg: string): readonly string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}
