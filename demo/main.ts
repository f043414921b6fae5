import { CommanderError } from 'commander';
import { LanewiseError } from 'lanewise';
import { type Options, readOptions, type Topic } from './options.ts';
import { UsageError } from './usage-error.ts';

const MISTAKE = 2;

/** A topic loads what it needs, and nothing else. */
const SHOW: Readonly<Record<Topic, (options: Options) => Promise<void>>> = {
  search: async (options) => (await import('./topics/search.ts')).showSearch(options),
  sparse: async (options) => (await import('./topics/sparse.ts')).showSparse(options),
  recommend: async (options) => (await import('./topics/recommend.ts')).showRecommend(options),
  retrieval: async (options) => (await import('./topics/retrieval.ts')).showRetrieval(options),
  spelling: async (options) => (await import('./topics/spelling.ts')).showSpelling(options),
  streams: async (options) => (await import('./topics/streams.ts')).showStreams(options),
};

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  await SHOW[options.topic](options);
}

function leave(error: unknown): void {
  if (error instanceof CommanderError && error.exitCode === 0) return;
  const isMistake =
    error instanceof CommanderError || error instanceof UsageError || error instanceof LanewiseError;
  if (!isMistake) throw error;
  console.error(`lanewise: ${error.message.replace(/^error: /, '')}`);
  process.exitCode = MISTAKE;
}

// A reader such as `head` may close the pipe before the table is done.
process.stdout.on('error', () => process.exit());

await main().catch(leave);
