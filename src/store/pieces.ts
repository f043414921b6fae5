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
  for await (const part of sourceOf(parts)) {
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

async function* sourceOf(parts: Parts): AsyncGenerator<Uint8Array> {
  try {
    for await (const part of iterableOf(parts)) {
      if (!(part instanceof Uint8Array)) throw wrongParts(part);
      yield part;
    }
  } catch (error) {
    throw new SourceFailure(error);
  }
}

function iterableOf(parts: Parts): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (parts instanceof Uint8Array) return [parts];
  if (Symbol.iterator in Object(parts) || Symbol.asyncIterator in Object(parts))
    return parts as Iterable<Uint8Array>;
  if (typeof (parts as ReadableStream<Uint8Array>)?.getReader !== 'function') throw wrongParts(parts);
  return chunksOf(parts as ReadableStream<Uint8Array>);
}

/** Streams of WebKit cannot be iterated. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let isDone = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      isDone = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!isDone) await reader.cancel();
  }
}

function wrongParts(got: unknown): LanewiseError {
  return new LanewiseError(
    'INVALID_ARGUMENT',
    'A store saves a Uint8Array, an iterable or a stream of them. Wrap other data: new Uint8Array(buffer).',
    { got },
  );
}
