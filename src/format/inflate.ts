import { LanewiseError } from '../host/errors.ts';
import { allocate } from './bytes.ts';
import { fileError } from './errors.ts';

/**
 * What is given to the runtime's inflate at a time. Some runtimes inflate all of it before they hand anything out, and
 * deflate makes at most 1032 bytes out of one: no more than 17 MB are ever waiting.
 */
const SLICE_BYTES = 16_384;
export const DEFLATE_RATIO: number = 1032;

/**
 * Inflates raw deflate into exactly `length` bytes, and reads no further than that.
 *
 * @throws LanewiseError `UNSUPPORTED`: the runtime cannot; `FILE_CORRUPT`: damaged, or another length comes out
 */
export async function inflate(
  compressed: Uint8Array,
  length: number,
  subject: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const { readable, writable } = openInflate();
  const inflated = allocate(length);
  feed(writable.getWriter(), compressed);
  const reader = readable.getReader();
  const details: { got: string | number; cause?: unknown } = { got: 0 };
  let end = 0;
  try {
    while (end <= length) {
      const { done, value } = await reader.read();
      if (done) break;
      const start = end;
      end += value.length;
      if (end <= length) inflated.set(value, start);
    }
    if (end === length) return inflated;
    details.got = end > length ? 'more' : end;
  } catch (cause) {
    Object.assign(details, { got: 'damaged data', cause });
  }
  // What is still waiting is let go; how that ends no longer matters, nor is there a promise that it does.
  reader.cancel().catch(() => {});
  throw fileError('FILE_CORRUPT', `${subject}, bytes inflated`, { expected: length, ...details });
}

function openInflate(): DecompressionStream {
  try {
    return new DecompressionStream('deflate-raw');
  } catch (cause) {
    const message = 'this runtime has no DecompressionStream; save the file with compressed=False';
    throw new LanewiseError('UNSUPPORTED', message, { cause });
  }
}

/** Gives the bytes to the stream as fast as it takes them. That it fails is for the reading side to tell. */
async function feed(writer: WritableStreamDefaultWriter<BufferSource>, bytes: Uint8Array): Promise<void> {
  try {
    for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
      // A copy: streams take no shared memory.
      await writer.write(new Uint8Array(bytes.subarray(start, start + SLICE_BYTES)));
    }
    await writer.close();
  } catch {}
}
