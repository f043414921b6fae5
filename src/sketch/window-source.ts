import { LanewiseError } from '../host/errors.ts';
import { nextTurn } from '../host/progress.ts';

/** Items of a synchronous source that are read at a time, as one batch. */
const BATCH = 1024;
/** A synchronous source gives way to the event loop as often as this, in milliseconds. */
const SLICE = 10;

/**
 * The items of a source in batches; items that are batches themselves as they are. However it is left, the source is closed.
 *
 * @param isBatch whether an item is more than one event
 * @throws the signal's reason, also while the source lets it wait
 */
export async function* batchesOf<Batch, Item>(
  source: Iterable<Batch | Item> | AsyncIterable<Batch | Item>,
  isBatch: (item: Batch | Item) => item is Batch,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch | readonly Item[], void, undefined> {
  if (source === null || typeof source !== 'object') {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `A source must be iterable, or asynchronously so; got ${typeof source}.`,
      {
        got: source,
      },
    );
  }
  if (Symbol.asyncIterator in source) yield* awaited<Batch, Item>(source, isBatch, signal);
  else yield* gathered<Batch, Item>(source, isBatch, signal);
}

async function* awaited<Batch, Item>(
  source: AsyncIterable<Batch | Item>,
  isBatch: (item: Batch | Item) => item is Batch,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch | readonly Item[], void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let isOpen = true;
  try {
    for (;;) {
      const { done, value } = await untilAborted(iterator, signal);
      isOpen = !done;
      if (done) return;
      yield isBatch(value) ? value : [value as Item];
    }
  } catch (error) {
    // A source that is waiting would close after what it waits for: nobody waits for that.
    if (isOpen) iterator.return?.().catch(() => {});
    isOpen = false;
    throw error;
  } finally {
    if (isOpen) await iterator.return?.();
  }
}

async function* gathered<Batch, Item>(
  source: Iterable<Batch | Item>,
  isBatch: (item: Batch | Item) => item is Batch,
  signal: AbortSignal | undefined,
): AsyncGenerator<Batch | readonly Item[], void, undefined> {
  let items: Item[] = [];
  let sliceStart = performance.now();
  signal?.throwIfAborted();
  for (const item of source) {
    const isWhole = isBatch(item);
    if (!isWhole && items.push(item as Item) < BATCH) continue;
    if (items.length > 0) yield items;
    items = [];
    if (isWhole) yield item as Batch;
    if (performance.now() - sliceStart >= SLICE) {
      await nextTurn();
      sliceStart = performance.now();
    }
    signal?.throwIfAborted();
  }
  if (items.length > 0) yield items;
}

async function untilAborted<Item>(
  iterator: AsyncIterator<Item>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Item>> {
  if (!signal) return iterator.next();
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([iterator.next(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
