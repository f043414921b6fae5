import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { type Runtime, runtime } from '../sparse/kernels.ts';
import { countsUp, countUp } from '../vectors/counting.ts';
import { IdMap } from '../vectors/id-map.ts';
import { checkNewIds } from '../vectors/ids.ts';
import { LARGEST_ID } from '../vectors/input.ts';
import { Dictionary } from './bm25-dictionary.ts';
import { ifMemoryAllows, joinTail } from './bm25-joining.ts';
import { WINDOW } from './bm25-layout.ts';
import { Segment } from './bm25-segment.ts';
import { StagedDocuments } from './bm25-staged.ts';

/** Fewer slots are never compacted by themselves. */
const FEWEST_SLOTS = 1024;
const TOMBSTONE = -1;

/** How much a term's frequency and a document's length count. */
export interface Bm25Weights {
  readonly k1: number;
  readonly b: number;
}

/**
 * The documents of an index: segments, each of them built once. New documents are a segment of their own, which is joined
 * with the one before while that is less than twice as large: an entry is indexed anew O(log documents) times.
 *
 * A slot counts documents over all segments. Removing leaves a tombstone; when every other slot is one, the segments that
 * have any are built anew without. How many documents there are, how long they are together, and in how many each term
 * stands is exact at any time.
 */
export class Bm25Store {
  readonly runtime: Runtime;
  readonly arena: Arena;
  readonly dictionary: Dictionary = new Dictionary();
  readonly weights: Bm25Weights;
  /** f32 a document of a window (assembly/bm25.ts): 0 between searches. */
  readonly sums: number;
  #segments: Segment[] = [];
  #slotsById = new IdMap();
  #slots = 0;
  #length = 0;
  #nextId = 0;
  #stamp = 0;
  #version = 0;
  #average = 0;
  #staged: StagedDocuments | undefined;

  constructor(weights: Bm25Weights) {
    this.weights = weights;
    this.runtime = runtime();
    const { memory } = this.runtime;
    this.arena = new Arena(memory);
    this.sums = this.arena.allocate(4 * WINDOW);
    memory.f32.fill(0, this.sums / 4, this.sums / 4 + WINDOW);
  }

  /** Changes with the documents that there are. */
  get version(): number {
    return this.#version;
  }

  /** Documents. */
  get size(): number {
    return this.#slotsById.size;
  }

  /** Terms of a document, repeated ones too, on average; 0 where there are none. */
  get averageLength(): number {
    return this.size === 0 ? 0 : this.#length / this.size;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get nextId(): number {
    return this.#nextId;
  }

  /** Bytes of linear memory. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, this.arena.bytes);
  }

  /** Bytes of JavaScript memory that the ids take. */
  get idBytes(): number {
    return this.#slotsById.bytes;
  }

  has(id: number): boolean {
    return this.#slotsById.get(id) >= 0;
  }

  /** The segment of a document, and its number there. */
  find(id: number): { segment: Segment; document: number } | undefined {
    const slot = this.#slotsById.get(id);
    return slot < 0 ? undefined : this.#place(slot);
  }

  /** Stands for the average length that impacts are of. */
  get stamp(): number {
    const average = this.averageLength;
    if (average !== this.#average) this.#stamp++;
    this.#average = average;
    return this.#stamp;
  }

  /** Lets automatic ids begin no earlier than at `nextId`. */
  skipIds(nextId: number): void {
    this.#nextId = Math.max(this.#nextId, nextId);
  }

  /**
   * Documents to take under the given ids, or under the next ones; nothing shows until they are committed.
   *
   * @throws LanewiseError `DUPLICATE_ID`, `INVALID_ARGUMENT` while others are staged
   */
  stage(documents: number, ids: Int32Array | undefined, replaces: boolean): StagedDocuments {
    this.checkIdle();
    if (ids) checkNewIds(ids, replaces ? undefined : this.#slotsById);
    else if (this.#nextId + documents - 1 > LARGEST_ID) {
      throw new LanewiseError('INVALID_ARGUMENT', 'Automatic ids are used up. Give ids of your own.');
    }
    this.#staged = new StagedDocuments(this, ids ?? countUp(this.#nextId, documents));
    return this.#staged;
  }

  /** Takes the staged documents in: they are found from now on, those that they replace are gone. */
  commit({ ids, segments, length }: StagedDocuments): void {
    const first = this.#slots;
    const areNext = countsUp(ids, first) && this.#slotsById.append(first, ids.length);
    if (!areNext) this.#slotsById.makeRoom(ids.length);
    this.#segments.push(...segments);
    for (const { terms } of segments) this.dictionary.addTo(terms);
    this.#slots += ids.length;
    this.#version += ids.length;
    this.#length += length;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const replaced = areNext ? -1 : this.#slotsById.set(id, first + i);
      if (replaced >= 0) this.#bury(replaced);
      if (id >= this.#nextId) this.#nextId = id + 1;
    }
    this.#staged = undefined;
    joinTail(this.#segments, (a, b) => this.join(a, b));
    this.#compactWhenSparse();
  }

  /** Leaves the staged documents out, as if they had never been there. */
  rollback(): void {
    this.#staged = undefined;
  }

  /** Removes documents; unknown ids are passed over. Returns how many were removed. Cost: O(their terms). */
  remove(ids: Int32Array): number {
    this.checkIdle();
    let removed = 0;
    for (const id of ids) {
      const slot = this.#slotsById.get(id);
      if (slot < 0) continue;
      this.#slotsById.delete(id); // first what may fail
      this.#bury(slot);
      this.#version++;
      removed++;
    }
    this.#compactWhenSparse();
    return removed;
  }

  /**
   * Builds the segments anew that removed documents are in. Cost: O(their entries + documents).
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`; all is as it was then
   */
  compact(): void {
    this.checkIdle();
    if (this.#slots === this.size) return;
    const kept: Segment[] = [];
    const made: Segment[] = [];
    try {
      for (const segment of this.#segments) {
        const anew = segment.live === segment.documents ? segment : this.join(segment);
        // Fewer documents have no more pairs than all of them had: there is always one.
        if (!anew) continue;
        kept.push(anew);
        if (anew !== segment) made.push(anew);
      }
      this.#slotsById = slotsOf(kept);
    } catch (error) {
      for (const segment of made) segment.release();
      throw error;
    }
    for (const segment of this.#segments) if (!kept.includes(segment)) segment.release();
    this.#segments = kept;
    this.#slots = this.size;
    joinTail(kept, (a, b) => this.join(a, b));
  }

  /** A new segment of the documents of others; slots stay when there are two. @throws LanewiseError `MEMORY_EXHAUSTED` */
  join(first: Segment, second?: Segment): Segment | undefined {
    const keepsPlaces = second !== undefined;
    const documents = second ? first.documents + second.documents : first.live;
    const entries = first.liveEntries + (second?.liveEntries ?? 0);
    if (documents === 0) return undefined;
    const joined = Segment.build(this.runtime, { documents, entries }, this.dictionary.end, (draft) => {
      first.copyTo(draft, { documents: 0, entries: 0 }, keepsPlaces);
      second?.copyTo(draft, { documents: first.documents, entries: first.liveEntries }, keepsPlaces);
    });
    if (joined && second) joined.live = first.live + second.live;
    return joined;
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` while documents are staged */
  checkIdle(): void {
    if (!this.#staged) return;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'A build is adding documents to this index. Wait for it, or abort it, first.',
    );
  }

  /** Gives all memory back. */
  release(): void {
    this.#staged?.rollback();
    for (const segment of this.#segments) segment.release();
    this.#segments = [];
    this.arena.release();
  }

  #place(slot: number): { segment: Segment; document: number } {
    let document = slot;
    for (const segment of this.#segments) {
      if (document < segment.documents) return { segment, document };
      document -= segment.documents;
    }
    throw new Error(`No document stands in slot ${slot}.`);
  }

  /** Takes the document of a slot out of all that is counted. */
  #bury(slot: number): void {
    const { segment, document } = this.#place(slot);
    const terms = segment.termsOf(document);
    segment.ids[document] = TOMBSTONE;
    segment.live--;
    segment.liveEntries -= terms.length;
    this.#length -= segment.lengthOf(document);
    this.dictionary.removeFrom(terms);
  }

  #compactWhenSparse(): void {
    if (this.#slots <= FEWEST_SLOTS || 2 * this.size >= this.#slots) return;
    ifMemoryAllows(() => this.compact());
  }
}

/** From the ids of segments without tombstones to slots. */
function slotsOf(segments: readonly Segment[]): IdMap {
  const slots = new IdMap();
  let slot = 0;
  for (const { ids } of segments) for (let i = 0; i < ids.length; i++) slots.set(ids[i]!, slot++);
  return slots;
}
