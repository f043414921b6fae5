import { formatNumber } from '../table.ts';
import { TOO_LONG } from './lines.ts';
import type { StreamFormat } from './records.ts';

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’-][\p{L}\p{M}\p{N}]+)*/gu;

/** Any text: words, and when they came is their number. */
export function words(): StreamFormat {
  let time = 0;
  return {
    title: 'text',
    ...{ records: 'words', item: 'word', sources: 'words', amount: 'letters' },
    ...{ unit: 1, defaultWindow: 10_000, disorder: 0, maxAhead: Number.POSITIVE_INFINITY },
    parse: (line) => {
      // U+FFFD is what bytes become that are no UTF-8.
      if (line === TOO_LONG || line.includes('\ufffd') || line.includes('\u0000')) return undefined;
      const found = line.toLowerCase().match(WORD) ?? [];
      return found.map((item) => ({ time: time++, item, source: item, amount: item.length }));
    },
    formatSpan: (start, end) => `words ${formatNumber(Math.max(0, start) + 1)} to ${formatNumber(end)}`,
  };
}
