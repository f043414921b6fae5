import { LanewiseError } from '../host/errors.ts';

/** Carries an error of the caller's own parts past the translation of a store's errors. */
export class SourceFailure {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}

const FULL = ['ENOSPC', 'EDQUOT', 'QuotaExceededError', 'NS_ERROR_DOM_INDEXEDDB_QUOTA_ERR'];
const MISSING = ['ENOENT', 'NotFoundError'];

/**
 * Runs what a store does with a file. Errors of its disk or database become LanewiseErrors; those of the caller's parts,
 * and the reason of an aborted signal, are thrown as they are.
 */
export async function guarded<Result>(
  action: string,
  name: string,
  signal: AbortSignal | undefined,
  run: () => Promise<Result>,
): Promise<Result> {
  try {
    signal?.throwIfAborted();
    return await run();
  } catch (error) {
    if (error instanceof SourceFailure) throw error.reason;
    if (signal?.aborted) throw signal.reason;
    if (error instanceof LanewiseError) throw error;
    const {
      code,
      name: kind,
      message,
    } = Object(error) as { code?: unknown; name?: string; message?: string };
    const is = (known: string[]): boolean => known.includes(String(code)) || known.includes(String(kind));
    if (is(FULL)) {
      const remedy = 'Delete files or ask for more space; what was saved before is untouched.';
      throw new LanewiseError('STORAGE_FULL', `There is no space to ${action} '${name}'. ${remedy}`, {
        cause: error,
      });
    }
    if (is(MISSING)) throw notFound(name, error);
    throw new LanewiseError('STORE_FAILED', `Could not ${action} '${name}': ${message ?? error}`, {
      cause: error,
    });
  }
}

export function notFound(name: string, cause?: unknown): LanewiseError {
  const message = `The store holds no '${name}'. Look what it holds with list().`;
  return new LanewiseError('NOT_FOUND', message, { got: name, cause });
}

export function changed(name: string): LanewiseError {
  const message = `'${name}' was replaced or deleted since it was opened. Open it again.`;
  return new LanewiseError('FILE_CHANGED', message, { got: name });
}

export function unsupported(what: string, remedy: string): LanewiseError {
  return new LanewiseError('UNSUPPORTED', `${what}. ${remedy}`);
}
