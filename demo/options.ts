import { Command, InvalidArgumentError, Option } from 'commander';
import { METHODS } from './methods.ts';

const METRICS = ['cosine', 'ip', 'l2'] as const;

export type Metric = (typeof METRICS)[number];

/** The command line, checked as far as it can be without opening a file. */
export interface Options {
  /** A file of vectors to search; the built-in GloVe words without it. */
  readonly vectors?: string;
  /** A file of query vectors; rows held out of the vectors without it. */
  readonly queries?: string;
  /** A text file that names the rows of `vectors`, one a line. */
  readonly labels?: string;
  readonly k: number;
  readonly metric: Metric;
  /** Words to look up instead of measuring. */
  readonly word: readonly string[];
  /** Milliseconds that a query may take. */
  readonly budget: number;
  /** The one method to measure; all of them without it. */
  readonly method?: string;
  /** The file to draw the curve of recall against queries a second into. */
  readonly plot?: string;
}

const EXAMPLES = `
Examples:
  npm start                                        40,000 GloVe words, embedded in the demo
  npm start -- --word king,queen --word paris      nearest words, nothing measured
  npm start -- --budget 5                          how many rows fit in 5 ms a query
  npm start -- --method ivf                        one method alone
  npm start -- --plot curve.svg                    recall against queries a second, drawn
  npm start -- --vectors my.npy --queries q.npy --k 10 --metric cosine

Files are .npy (float32, float16, int8 or uint8, two-dimensional, C order), .fvecs or .bvecs.
Exit code: 0 done, 2 a mistake in the options or the files, told in one line on stderr.`;

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function appendWords(text: string, words: readonly string[]): readonly string[] {
  const added = text.split(',').map((word) => word.trim());
  if (added.includes('')) throw new InvalidArgumentError('A word is empty.');
  return [...words, ...added];
}

/**
 * Reads the command line, without the names of node and the script.
 *
 * @throws CommanderError, with `exitCode` 0 after printing the help and above 0 for a mistake
 */
export function readOptions(commandLine: readonly string[]): Options {
  const program = new Command('npm start --')
    .description(
      'Vector search on real vectors: nearest rows, latency and recall of every method, and what fits a budget.',
    )
    .option('--vectors <file>', 'vectors to search (default: 40,000 GloVe words)')
    .option('--queries <file>', 'query vectors (default: rows of the vectors, held out of the index)')
    .option('--labels <file>', 'names of the rows of --vectors, one a line')
    .option('--k <count>', 'neighbours a query', positiveInteger, 10)
    .addOption(new Option('--metric <name>', 'what near means').choices(METRICS).default('cosine'))
    .addOption(
      new Option('--word <word>', 'only show the nearest of this word; repeat it or list words with commas')
        .argParser(appendWords)
        .default([], 'measure instead')
        .conflicts(['queries', 'budget', 'method', 'plot']),
    )
    .addOption(
      new Option('--method <name>', 'measure one method alone').choices(METHODS.map(({ name }) => name)),
    )
    .option('--plot <file>', 'draw recall against queries a second as SVG')
    .option('--budget <ms>', 'latency budget of a query, milliseconds', positiveNumber, 10)
    .addHelpText('after', EXAMPLES)
    // The caller prints the one line; a suggestion would be a second.
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  return program.parse(commandLine, { from: 'user' }).opts<Options>();
}
