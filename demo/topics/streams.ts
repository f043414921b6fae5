import type { Options } from '../options.ts';
import { readPackages } from '../packages.ts';
import { readLines } from '../streams/lines.ts';
import { makeUpLog } from '../streams/made-up.ts';
import { drawLine, drawPicture, drawReport } from '../streams/picture.ts';
import { Screen } from '../streams/screen.ts';
import { type Pictured, Stream } from '../streams/stream.ts';

/** Without a terminal, a line every so many records. */
const RECORDS_A_LINE = 20_000;

/** What trends in a stream of requests or words, by sketches beside exact values. */
export async function showStreams({ file, window, exact, k }: Options): Promise<void> {
  const interrupted = new AbortController();
  const lines = file === undefined ? makeUpLog(readPackages().names) : readLines(file);
  const { signal } = interrupted;
  const stream = await Stream.open(lines, { exact, signal, ...(window !== undefined && { window }) });
  // Ctrl-C ends the stream, and what has come is told.
  process.once('SIGINT', () => interrupted.abort());
  console.log(
    `Stream    ${file === undefined ? 'made up' : file === '-' ? 'stdin' : file}: ${stream.format.title}\n`,
  );
  try {
    await show(stream, k, signal, file === undefined);
  } finally {
    stream.dispose();
    if (file === '-') process.stdin.destroy();
  }
}

async function show(stream: Stream, k: number, signal: AbortSignal, isMadeUp: boolean): Promise<void> {
  const screen = new Screen();
  let latest: Pictured | undefined;
  let printed = 0;
  try {
    for await (const window of stream.pictures()) {
      if (!isWorthMore(window, latest)) {
        window.dispose();
        continue;
      }
      latest?.dispose();
      latest = window;
      const { events } = stream.windows.statistics();
      if (screen.isLive) await screen.draw(() => drawPicture(stream, window, k), isMadeUp);
      else if (events - printed >= RECORDS_A_LINE) {
        printed = events;
        console.log(drawLine(stream, window));
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  screen.erase();
  if (printed > 0) console.log('');
  if (latest) console.log(`${drawPicture(stream, latest, k)}\n`);
  console.log(drawReport(stream));
  latest?.dispose();
}

/** When a stream ends, so do its last windows, before they are whole: the fullest of them counts where none was whole. */
function isWorthMore(window: Pictured, latest: Pictured | undefined): boolean {
  return !window.isCut || latest === undefined || (latest.isCut && window.count > latest.count);
}
