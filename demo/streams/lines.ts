import { createReadStream } from 'node:fs';
import { UsageError } from '../usage-error.ts';

/** A line that is longer is none: what is not text has no ends of lines. */
const LONGEST = 1_000_000;

/** What stands for a line that was too long. */
export const TOO_LONG = '\u0000';

/**
 * The lines of a file, or of stdin for "-", as many as come at once.
 *
 * @throws UsageError where it cannot be read
 */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  const stream = path === '-' ? process.stdin : createReadStream(path);
  try {
    yield* splitLines(stream);
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const [reason] = error.message.replace(/^\w+: /, '').split(', ');
    throw new UsageError(`cannot read ${path === '-' ? 'stdin' : path}: ${reason}`, { cause: error });
  } finally {
    stream.destroy();
  }
}

export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder();
  let rest = '';
  let isSkipping = false;
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    if (isSkipping && lines.length > 0) {
      lines[0] = TOO_LONG;
      isSkipping = false;
    }
    if (isSkipping || rest.length > LONGEST) {
      isSkipping = true;
      rest = '';
    }
    if (lines.length > 0) yield lines;
  }
  rest += decoder.decode();
  if (rest !== '' || isSkipping) yield [isSkipping ? TOO_LONG : rest];
}
