import { LanewiseError } from '../host/errors.ts';

/** @throws LanewiseError `INVALID_ARGUMENT` unless JSON gave an object */
export function fieldsOf<Fields>(subject: string, json: unknown): Fields {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Fields;
  throw damaged(subject, json);
}

/** The error of JSON that was not written here, or has been changed since. */
export function damaged(subject: string, got: unknown): LanewiseError {
  return invalid(`${subject} cannot be what toJSON() gave. Send the JSON as it was written.`, got);
}

export function invalid(message: string, got: unknown): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', message, { got });
}
