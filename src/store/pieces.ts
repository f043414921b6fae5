import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { SourceFailure } from './failures.ts';
import type { Parts } from './store.ts';

/** Some milliseconds of hashing and writing: what is done between two looks at the signal. */
export const PIECE_BYTES: number = 4 << 20;

/**
 * Parts as pieces of exactly {@link PIECE_BYTES}, the last one shorter. A piece is a view of a part where it lies within
 * one. Reports progress as pieces are asked for.
 */
export async function* piecesOf(
  parts: Parts,
  { signal, onProgress }: LongCallOptions,
): AsyncGenerator<Uint8Array> {
  const total = lengthOf(parts);
  let done = 0;
  let gathered = new Uint8Array(0);
  let held = 0;
  const report = (bytes: number, total: number): void => {
    done += bytes;
    signal?.throwIfAborted();
    onProgress?.({ done, total });
  };
  signal?.throwIfAborted();
  for await (const part of sourceOf(parts, signal)) {
    for (let at = 0; at < part.length; ) {
      if (held === 0 && part.length - at >= PIECE_BYTES) {
        yield part.subarray(at, at + PIECE_BYTES);
        at += PIECE_BYTES;
        report(PIECE_BYTES, total);
        continue;
      }
      if (held === 0) gathered = new Uint8Array(PIECE_BYTES);
      const next = part.subarray(at, at + PIECE_BYTES - held);
      gathered.set(next, held);
      at += next.length;
      held += next.length;
      if (held < PIECE_BYTES) continue;
      held = 0;
      yield gathered;
      report(PIECE_BYTES, total);
    }
  }
  if (held > 0) yield gathered.subarray(0, held);
  report(held, done + held);
}

function lengthOf(parts: Parts): number {
  if (parts instanceof Uint8Array) return parts.length;
  return Array.isArray(parts)
    ? parts.reduce((sum: number, part: Uint8Array) => sum + part.length, 0)
    : Number.POSITIVE_INFINITY;
}

async function* sourceOf(parts: Parts, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    if (parts instanceof Uint8Array) yield parts;
    else if (Symbol.iterator in Object(parts)) yield* checked(parts as Iterable<Uint8Array>);
    else yield* arriving(iteratorOf(parts as AsyncIterable<Uint8Array>), signal);
  } catch (error) {
    throw new SourceFailure(error);
  }
}

function* checked(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const part of parts) {
    if (!(part instanceof Uint8Array)) throw wrongParts(part);
    yield part;
  }
}

/** Parts as they arrive. An abort is heeded also while the next one is waited for. */
async function* arriving(
  source: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let stop = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason);
    signal?.addEventListener('abort', stop);
  });
  aborted.catch(() => {});
  try {
    for (;;) {
      const { done, value } = await Promise.race([source.next(), aborted]);
      if (done) return;
      yield* checked([value]);
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    // Not waited for: a source that waits itself would hold up the abort.
    source.return?.().catch(() => {});
  }
}

function iteratorOf(
  parts: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
): AsyncIterator<Uint8Array> {
  // A stream has its reader iterate: those of WebKit cannot, and no other way cancels one that waits.
  if ('getReader' in Object(parts)) {
    const reader = (parts as ReadableStream<Uint8Array>).getReader();
    return {
      next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
      return: async () => ({ done: true, value: await reader.cancel() }),
    };
  }
  if (Symbol.asyncIterator in Object(parts))
    return (parts as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  throw wrongParts(parts);
}

function wrongParts(got: unknown): LanewiseError {
  return new LanewiseError(
    'INVALID_ARGUMENT',
    'A store saves a Uint8Array, an iterable or a stream of them. Wrap other data: new Uint8Array(buffer).',
    { got },
  );
}
