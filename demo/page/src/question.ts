import { type Collection, vectorOf } from './collection.ts';

/** A row in a question, and whether it is added or taken away. */
export interface Term {
  readonly row: number;
  readonly sign: 1 | -1;
}

/** What was typed, understood: a row, or a sum of rows. */
export interface Question {
  readonly terms: readonly Term[];
  /** How the question reads with all its names completed. */
  readonly text: string;
  /** Rows whose names begin with the last name typed. */
  readonly completions: readonly number[];
  /** What was typed before the last name. */
  readonly before: string;
  /** The last name as it was typed. */
  readonly typed: string;
  /** A name that no row has, where there is one. */
  readonly unknown: string | undefined;
}

const COMPLETIONS = 8;

/** Reads a name, or names joined by + and - between spaces. The last one may be incomplete: its first completion counts. */
export function readQuestion(text: string, { names }: Collection): Question {
  // Names and signs take turns; names may hold spaces.
  const parts = text.trimStart().split(/\s+([+-])(?:\s+|$)/);
  const typed = parts.at(-1)!.trimEnd();
  const completions = typed === '' ? [] : names.complete(typed, COMPLETIONS);
  const terms: Term[] = [];
  let unknown: string | undefined;
  for (let i = 0; i < parts.length; i += 2) {
    const isLast = i === parts.length - 1;
    const row = isLast ? completions[0] : names.find(parts[i]!);
    if (row !== undefined) terms.push({ row, sign: parts[i - 1] === '-' ? -1 : 1 });
    else if (!isLast || typed !== '') unknown ??= parts[i]!;
  }
  const before = text.slice(0, text.length - parts.at(-1)!.length);
  return { terms, text: textOf(terms, names), completions, before, typed, unknown };
}

function textOf(terms: readonly Term[], names: Collection['names']): string {
  return terms.map(({ row, sign }, i) => `${sign < 0 ? '- ' : i > 0 ? '+ ' : ''}${names.of(row)}`).join(' ');
}

/** The vector that a question asks about. Under cosine every row counts as one of length 1, or long ones would outweigh. */
export function vectorOfTerms(terms: readonly Term[], collection: Collection): Float32Array {
  const sum = new Float32Array(collection.dimensions);
  const isAlone = terms.length === 1 && terms[0]!.sign > 0;
  for (const { row, sign } of terms) {
    const vector = vectorOf(collection, row);
    const length = collection.metric === 'cosine' && !isAlone ? Math.hypot(...vector) || 1 : 1;
    for (let i = 0; i < sum.length; i++) sum[i]! += (sign * vector[i]!) / length;
  }
  return sum;
}
