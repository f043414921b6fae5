import type { Command } from 'commander';
import { UsageError } from './usage-error.ts';

/** What a subcommand found. */
export interface Answer {
  /** For readers: tables, and sentences below them. */
  readonly text: string;
  /** The same for programs: what `--json` prints. */
  readonly json: unknown;
  /** Whether what was asked cannot be had: exit code 1. */
  readonly isNo?: boolean;
}

/** A subcommand: what it takes, and what it does. */
export interface Subcommand<Options> {
  /** Declares options and examples; a description and `--json` are there already. */
  configure(command: Command): void;
  /** @throws LanewiseError, UsageError */
  run(options: Options, words: readonly string[]): Answer | Promise<Answer>;
}

/** Examples below the help, each with what it does. Every one of them runs: the tests see to it. */
export function addExamples(
  command: Command,
  examples: readonly (readonly [line: string, does: string])[],
): void {
  const lines = examples.map(([line, does]) => `  # ${does}\n  lanewise ${line}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/**
 * Checked here rather than by the parser, which looks for what is missing before it finds what is misspelt.
 *
 * @throws UsageError
 */
export function checkGiven<Options extends object>(
  options: Options,
  required: readonly (keyof Options & string)[],
): void {
  const missing = required.filter((name) => options[name] === undefined).map((name) => `--${name}`);
  if (missing.length > 0) throw new UsageError(`${missing.join(' and ')} must be given; --help explains`);
}
