import { LanewiseError } from '../host/errors.ts';
import { MOST_DOCUMENTS, MOST_ENTRIES, type Segment } from './bm25-segment.ts';

/** Joins the last two of some segments as long as the former is less than twice as large. */
export function joinTail(segments: Segment[], join: (a: Segment, b: Segment) => Segment | undefined): void {
  for (;;) {
    const first = segments.at(-2);
    const second = segments.at(-1);
    if (!first || !second || first.isFull || first.documents >= 2 * second.documents) return;
    const documents = first.documents + second.documents;
    if (documents > MOST_DOCUMENTS || first.liveEntries + second.liveEntries > MOST_ENTRIES) return;
    const joined = ifMemoryAllows(() => join(first, second));
    first.isFull = joined === undefined;
    if (!joined) return;
    segments.splice(-2, 2, joined);
    first.release();
    second.release();
  }
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
