import { describe, fileError } from '../format/errors.ts';
import { LanewiseError } from '../host/errors.ts';

/** A model as text, as its bytes, or parsed. */
export type TreesInput = string | Uint8Array | ArrayBuffer | object;

const REMEDY = "save the model by booster.save_model('model.json')";
const OPENING_BRACE = 0x7b;

/** An object of the file, whose keys are looked up with errors that name them. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT` */
export function parseModel(input: TreesInput): Fields {
  if (typeof input === 'string') return parseText(input);
  if (input instanceof ArrayBuffer || input instanceof Uint8Array) return parseText(decode(input));
  if (isFields(input)) return input;
  throw new LanewiseError('INVALID_ARGUMENT', 'A model must be JSON text, its bytes, or the parsed object.', {
    expected: 'string',
    got: describe(input),
  });
}

function decode(input: ArrayBuffer | Uint8Array): string {
  const bytes = input instanceof Uint8Array ? input : new Uint8Array(input);
  // In UBJSON the length of a key follows a brace, behind a letter that tells its type.
  if (bytes[0] === OPENING_BRACE && 'iUIlL$#'.includes(String.fromCharCode(bytes[1] ?? 0x20))) {
    throw wrongFormat('UBJSON');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw wrongFormat('bytes that are no UTF-8', cause);
  }
}

function parseText(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = parseNonNumbers(text);
  }
  if (isFields(value)) return value;
  throw wrongFormat(describe(value));
}

/** XGBoost writes NaN and Infinity, which JSON has not; as null they are found out where a number is needed. */
function parseNonNumbers(text: string): unknown {
  try {
    return JSON.parse(text.replace(/([[,:]\s*)-?(?:NaN|Infinity)(?=\s*[\],}])/g, '$1null'));
  } catch (cause) {
    throw wrongFormat('text that does not parse', cause);
  }
}

function wrongFormat(got: string, cause?: unknown): LanewiseError {
  return fileError('FILE_FORMAT', 'Tree model', { expected: 'JSON of XGBoost', got, remedy: REMEDY, cause });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws LanewiseError `FILE_FORMAT` where the file is none of XGBoost's: it has no learner */
export function learnerOf(model: Fields): Fields {
  if (isFields(model['learner'])) return model['learner'];
  throw wrongFormat('an object without "learner"');
}

/** What a file must not say. @throws always: LanewiseError `FILE_CORRUPT` */
export function corrupt(subject: string, expected: string | number, got: unknown): never {
  throw fileError('FILE_CORRUPT', subject, { expected, got: describe(got) });
}

export function fieldsOf(parent: Fields, key: string, subject: string): Fields {
  return asFields(parent[key], `${subject}, ${key}`);
}

export function asFields(value: unknown, subject: string): Fields {
  return isFields(value) ? value : corrupt(subject, 'an object', value);
}

export function stringOf(parent: Fields, key: string, subject: string): string {
  const value = parent[key];
  return typeof value === 'string' ? value : corrupt(`${subject}, ${key}`, 'a string', value);
}

export function arrayOf(parent: Fields, key: string, subject: string, length?: number): readonly unknown[] {
  const value = parent[key];
  if (!Array.isArray(value)) return corrupt(`${subject}, ${key}`, 'an array', value);
  if (length !== undefined && value.length !== length)
    corrupt(`${subject}, ${key}`, `${length} numbers`, `${value.length} of them`);
  return value;
}

/** A whole number that the file has as a string, "8", or as a number; `missing` where the key is not there. */
export function countOf(
  parent: Fields,
  key: string,
  subject: string,
  [least, most]: readonly [number, number],
  missing?: number,
): number {
  const value = parent[key] ?? missing;
  const count = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof count === 'number' && Number.isInteger(count) && count >= least && count <= most) return count;
  return corrupt(`${subject}, ${key}`, `a whole number in ${least}..${most}`, value);
}
