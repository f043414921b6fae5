import { LanewiseError } from '../host/errors.ts';
import { areJoined, type Extent } from './bm25-layout.ts';
import type { Segment } from './bm25-segment.ts';

/** Joins the last two of some segments as long as the former is less than twice as large. */
export function joinTail(segments: Segment[], join: (a: Segment, b: Segment) => Segment | undefined): void {
  for (;;) {
    const first = segments.at(-2);
    const second = segments.at(-1);
    if (!first || !second || first.isFull || !areJoined(extentOf(first), extentOf(second))) return;
    const joined = ifMemoryAllows(() => join(first, second));
    first.isFull = joined === undefined;
    if (!joined) return;
    segments.splice(-2, 2, joined);
    first.release();
    second.release();
  }
}

function extentOf({ documents, liveEntries }: Segment): Extent {
  return { documents, entries: liveEntries };
}

/** What `work` gives, or undefined where there is no memory for it: what it tidies can stay as it is. */
export function ifMemoryAllows<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof LanewiseError && error.code === 'MEMORY_EXHAUSTED') return undefined;
    throw error;
  }
}
