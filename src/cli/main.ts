import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { LanewiseError } from '../cost/index.ts';
import { type Answer, addExamples, type Subcommand } from './answer.ts';
import { UsageError } from './usage-error.ts';

/** Where a program prints. */
export interface Terminal {
  print(text: string): void;
  warn(text: string): void;
}

interface Listed {
  readonly summary: string;
  /** A subcommand loads what it needs, and nothing else. */
  load(): Promise<Subcommand<never>>;
}

const FINE = 0;
const NO = 1;
const MISTAKE = 2;
const DEFECT = 70;

const SUBCOMMANDS: Readonly<Record<string, Listed>> = {
  plan: {
    summary: 'which index to build: candidates ranked, the simplest that does first',
    load: async () => (await import('./plan.ts')).plan,
  },
  calibrate: {
    summary: 'measure this machine, for plans and predictions',
    load: async () => (await import('./calibrate.ts')).calibrate,
  },
  bench: {
    summary: 'build an index here and measure it, beside what is predicted',
    load: async () => (await import('./bench.ts')).bench,
  },
  flops: {
    summary: 'what a transformer computes, part by part',
    load: async () => (await import('./flops.ts')).flops,
  },
  'kv-cache': {
    summary: 'memory of keys and values of a transformer that generates',
    load: async () => (await import('./kv-cache.ts')).kvCache,
  },
  roofline: {
    summary: 'whether memory or arithmetic bounds an operation',
    load: async () => (await import('./roofline.ts')).roofline,
  },
  queue: {
    summary: 'waiting against utilization of servers',
    load: async () => (await import('./queue.ts')).queue,
  },
  search: {
    summary: 'exact nearest rows of a file of vectors',
    load: async () => (await import('./search.ts')).search,
  },
};

const EXIT_CODES = `
Exit codes:
  0   fine
  1   the answer is no: nothing fits what was asked, or utilization is 1 or more
  2   wrong use or bad input, told in one line on stderr
  70  a defect of the program`;
const MORE = `
Counts are written 50000, 50k or 1e6; bytes 1500, 64kB, 2GB (10^9) or 2GiB (2^30); times 100 (milliseconds), 250us
or 1.5s; shares .95 or 95%. \`lanewise <command> --help\` explains a command, with examples.`;

/**
 * Runs a command line, without the names of node and the script.
 *
 * @returns the exit code
 */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const commandLine = withHelpBehind(words);
  try {
    let exitCode = FINE;
    const program = await createProgram(commandLine, terminal, (answer, isJson) => {
      terminal.print(
        isJson ? `${JSON.stringify(answer.json, plain, 2)}\n` : `${withoutControls(answer.text)}\n`,
      );
      if (answer.isNo) exitCode = NO;
    });
    if (commandLine.length === 0)
      throw new UsageError(`say what to do: ${Object.keys(SUBCOMMANDS).join(', ')}; --help explains`);
    await program.parseAsync(commandLine, { from: 'user' });
    return exitCode;
  } catch (error) {
    return leave(error, commandLine.includes('--json'), terminal);
  }
}

/** `help plan` is `plan --help`; a word that is no command is told, before its help would be that of all. */
function withHelpBehind(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words[0] === 'help' ? [...words.slice(1), '--help'] : words;
  if (first === undefined || first.startsWith('-') || Object.hasOwn(SUBCOMMANDS, first))
    return first === undefined ? [] : [first, ...rest];
  return [first];
}

/** Names come from files, and may hold what moves a terminal's cursor or paints over what is printed. */
function withoutControls(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, '\ufffd');
}

/** Typed arrays as lists. */
function plain(_key: string, value: unknown): unknown {
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? Array.from(value as Float32Array)
    : value;
}

async function createProgram(
  commandLine: readonly string[],
  { print }: Terminal,
  tell: (answer: Answer, isJson: boolean) => void,
): Promise<Command> {
  const program = new Command('lanewise')
    .description('Know before you build: what algorithms, indexes and models cost, here and elsewhere.')
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'explain')
    .helpCommand(false)
    .configureOutput({ writeOut: print, outputError: () => {} })
    .exitOverride();
  addExamples(program, [
    ['plan --rows 50k --dimensions 768 --recall .95 --p99 100', 'which index does for 50 000 embeddings'],
    ['flops --model llama-7b --tokens 4096', 'what LLaMA-7B computes for 4096 tokens'],
    ['queue --rate 80 --service 10', 'how long 80 requests a second wait for a server of 10 ms'],
  ]);
  program.addHelpText('after', `${MORE}\n${EXIT_CODES}`);
  for (const [name, { summary, load }] of Object.entries(SUBCOMMANDS)) {
    const command = program.command(name).description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`);
    command.summary(summary);
    if (!commandLine.includes(name)) continue;
    const { configure, run } = await load();
    configure(command);
    command.option('--json', 'print JSON instead of a table').addHelpText('after', EXIT_CODES);
    command.action(async () => {
      const { json = false, ...options } = command.opts();
      tell(await run(options as never, command.args), json);
    });
  }
  return program;
}

/** Says what went wrong in one line. */
function leave(error: unknown, isJson: boolean, { print, warn }: Terminal): number {
  if (error instanceof CommanderError && error.exitCode === 0) return FINE;
  if (!(error instanceof Error)) throw error;
  const isMistake =
    error instanceof CommanderError || error instanceof UsageError || error instanceof LanewiseError;
  if (!isMistake) {
    warn(`lanewise: ${error.stack}\n`);
    return DEFECT;
  }
  const line = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  warn(`lanewise: ${withoutControls(line)}\n`);
  const isInfeasible = error instanceof LanewiseError && error.code === 'INFEASIBLE';
  if (!isInfeasible) return MISTAKE;
  const { code, message, expected, got } = error;
  if (isJson) print(`${JSON.stringify({ feasible: false, code, message, expected, got }, plain, 2)}\n`);
  return NO;
}
