import { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';

type FileErrorCode = Extract<ErrorCode, `FILE_${string}` | 'INVALID_VALUE'>;

interface FileErrorDetails extends ErrorDetails {
  readonly expected: string | number;
  readonly got: string | number;
  /** What to do about it. @default the file is damaged: copy or download it again */
  readonly remedy?: string | undefined;
}

/** The error of a reader, in one sentence: "subject: expected this, got that; remedy". */
export function fileError(
  code: FileErrorCode,
  subject: string,
  { remedy = 'the file is damaged: copy or download it again', ...details }: FileErrorDetails,
): LanewiseError {
  return new LanewiseError(
    code,
    `${subject}: expected ${details.expected}, got ${details.got}; ${remedy}`,
    details,
  );
}

/** The error of a writer that was given what no file can hold. */
export function invalidArgument(
  subject: string,
  expected: string | number,
  got: string | number,
): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `${subject}: expected ${expected}, got ${got}`, {
    expected,
    got,
  });
}

/** A value from a hostile file, fit for a message: short whatever its size, its control characters escaped. */
export function describe(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
  if (Array.isArray(value)) {
    // Arrays in it are not entered: a file may nest them deeper than the stack goes.
    const shown = value.slice(0, 8).map((entry) => (Array.isArray(entry) ? 'an array' : describe(entry)));
    return `[${shown.join(', ')}${value.length > shown.length ? ', ...' : ''}]`;
  }
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
