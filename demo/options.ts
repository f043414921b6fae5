import { Command, InvalidArgumentError, Option } from 'commander';
import { METHODS } from './methods.ts';
import { UsageError } from './usage-error.ts';

const METRICS = ['cosine', 'ip', 'l2'] as const;

export type Metric = (typeof METRICS)[number];

const TOPICS = ['search', 'sparse', 'retrieval', 'recommend', 'streams', 'spelling'] as const;

/** What the demo is about. */
export type Topic = (typeof TOPICS)[number];

/** The options of each topic. */
const OPTIONS_OF: Readonly<Record<Topic, readonly string[]>> = {
  search: ['vectors', 'queries', 'labels', 'metric', 'word', 'method', 'plot', 'budget'],
  sparse: ['like'],
  retrieval: ['query'],
  recommend: ['package', 'ratings', 'user', 'plot', 'budget'],
  streams: ['file', 'window', 'no-exact'],
  spelling: ['words'],
};
/** What `--k` is without it. */
const K_OF: Readonly<Record<Topic, number>> = {
  search: 10,
  sparse: 10,
  retrieval: 5,
  recommend: 10,
  streams: 10,
  spelling: 5,
};
/** What `--budget` is without it. */
const BUDGET_OF: Readonly<Partial<Record<Topic, number>>> = { recommend: 100 };
const BUDGET = 10;

/** The command line, checked as far as it can be without opening a file. */
export interface Options {
  readonly topic: Topic;
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
  /** The file to draw into: recall against queries a second, errors epoch by epoch, or where time goes. */
  readonly plot?: string;
  /** Packages that others are compared with; well-known ones, beside all else, without them. */
  readonly like: readonly string[];
  /** What is sought among the packages' synopses; some examples without them. */
  readonly query: readonly string[];
  /** Packages to recommend for; some examples, beside all else, without them. */
  readonly package: readonly string[];
  /** A file of ratings to recommend by. */
  readonly ratings?: string;
  /** Who of that file is recommended to, as it is called there. */
  readonly user?: string;
  /** A file of lines to stream, "-" for stdin; a log that is made up without it. */
  readonly file?: string;
  /** Seconds of a log, or words of a text. */
  readonly window?: number;
  /** Whether sketches are compared with exact values, which take more and more memory. */
  readonly exact: boolean;
  /** A file of words, one a line, the most common ones first; words of GloVe and names of packages without it. */
  readonly words?: string;
  /** What is corrected; what is typed, or lines of stdin, without it. */
  readonly text: readonly string[];
}

interface Given extends Omit<Options, 'k' | 'budget' | 'text'> {
  readonly k?: number;
  readonly budget?: number;
}

const EXAMPLES = `
Examples:
  npm start                                        40,000 GloVe words, embedded in the demo
  npm start -- --word king,queen --word paris      nearest words, nothing measured
  npm start -- --budget 5                          how many rows fit in 5 ms a query
  npm start -- --method ivf                        one method alone
  npm start -- --plot curve.svg                    recall against queries a second, drawn
  npm start -- --vectors my.npy --queries q.npy --k 10 --metric cosine
  npm start -- --topic sparse                      PageRank of 63,666 Debian packages, embedded in the demo
  npm start -- --topic sparse --like gimp,octave   packages with the same dependencies
  npm start -- --topic retrieval                   their synopses by BM25, LSA and both
  npm start -- --topic retrieval --query "photo editor" --k 3
  npm start -- --topic recommend                   what packages need beside what they are known to need
  npm start -- --topic recommend --package gimp    for this package, nothing measured
  npm start -- --topic recommend --ratings ml-100k/u.data --user 42 --plot losses.svg
  npm start -- --topic streams                     what trends in an access log that is made up
  npm start -- --topic streams --file access.log --window 300
  tail -f access.log | npm start -- --topic streams --file - --no-exact
  npm start -- --topic spelling teh recieve        corrections, the fewest edits first; without words, at a prompt
  npm start -- --topic spelling --words /usr/share/dict/words acommodate

Vectors are .npy (float32, float16, int8 or uint8, two-dimensional, C order), .fvecs or .bvecs; ratings are lines of
user, item, rating and time between tabs, commas, :: or semicolons, with or without a header; streams are access logs, common
or combined, with the latency at the end where there is one, or any text.
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

/** A query may hold commas. */
function appendQuery(text: string, queries: readonly string[]): readonly string[] {
  if (text.trim() === '') throw new InvalidArgumentError('The query is empty.');
  return [...queries, text.trim()];
}

/** @throws UsageError for an option of another topic than the one that is shown */
function checkTopic(topic: Topic, isGiven: (option: string) => boolean): void {
  for (const other of TOPICS) {
    const stray = OPTIONS_OF[other].find((option) => isGiven(option) && !OPTIONS_OF[topic].includes(option));
    if (stray === undefined) continue;
    const known = ['k', ...OPTIONS_OF[topic]].map((option) => `--${option}`).join(', ');
    throw new UsageError(`--${stray} belongs to --topic ${other}: --topic ${topic} takes ${known}`);
  }
}

/**
 * Reads the command line, without the names of node and the script.
 *
 * @throws CommanderError, with `exitCode` 0 after printing the help and above 0 for a mistake; UsageError
 */
export function readOptions(commandLine: readonly string[]): Options {
  const program = new Command('npm start --')
    .description(
      'Vector search on real vectors: nearest rows, latency and recall of every method, and what fits a budget. ' +
        'Other topics: sparse matrices, retrieval of texts, recommenders, streams, and spelling.',
    )
    .addOption(new Option('--topic <name>', 'what to show').choices(TOPICS).default('search'))
    .option('--k <count>', 'results a query (default: 10; 5 of retrieval and spelling)', positiveInteger)
    .option('--plot <file>', 'draw what was measured as SVG (search, recommend)')
    .option(
      '--budget <ms>',
      'what a request may take, milliseconds (search: 10, recommend: 100)',
      positiveNumber,
    )
    .optionsGroup('Options of --topic search:')
    .option('--vectors <file>', 'vectors to search (default: 40,000 GloVe words)')
    .option('--queries <file>', 'query vectors (default: rows of the vectors, held out of the index)')
    .option('--labels <file>', 'names of the rows of --vectors, one a line')
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
    .optionsGroup('Options of --topic sparse:')
    .addOption(
      new Option('--like <package>', 'only show packages like this one; repeat it or list them with commas')
        .argParser(appendWords)
        .default([], 'PageRank, too, and well-known packages'),
    )
    .optionsGroup('Options of --topic retrieval:')
    .addOption(
      new Option('--query <text>', 'search for this; repeat it')
        .argParser(appendQuery)
        .default([], 'some examples'),
    )
    .optionsGroup('Options of --topic recommend:')
    .addOption(
      new Option('--package <package>', 'only recommend for this one; repeat it or list them with commas')
        .argParser(appendWords)
        .default([], 'models compared and profiled, too, and some examples')
        .conflicts(['ratings', 'plot', 'budget']),
    )
    .option('--ratings <file>', 'recommend by the ratings of this file (default: dependencies of packages)')
    .option('--user <id>', 'who of --ratings is recommended to (default: who rated most)')
    .argument('[words...]', 'words to correct (spelling)')
    .optionsGroup('Options of --topic streams:')
    .option('--file <file>', 'lines to stream, - for stdin (default: an access log that is made up)')
    .option('--window <size>', 'seconds of a log (60), or words of a text (10000)', positiveInteger)
    .option('--no-exact', 'without the exact values beside the estimates')
    .optionsGroup('Options of --topic spelling:')
    .option('--words <file>', 'words, one a line, the most common ones first (default: GloVe and packages)')
    .addHelpText('after', EXAMPLES)
    // The caller prints the one line; a suggestion would be a second.
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  const { args: text } = program.parse(commandLine, { from: 'user' });
  const given = program.opts<Given>();
  // An option that negates another one goes by its name.
  checkTopic(given.topic, (option) => program.getOptionValueSource(option.replace(/^no-/, '')) === 'cli');
  if (text.length > 0 && given.topic !== 'spelling')
    throw new UsageError(`too many arguments: words such as '${text[0]}' belong to --topic spelling`);
  if (given.user !== undefined && given.ratings === undefined)
    throw new UsageError('--user is one of --ratings: give the file');
  const { k = K_OF[given.topic], budget = BUDGET_OF[given.topic] ?? BUDGET } = given;
  return { ...given, k, budget, text };
}
