import { LanewiseError } from '../host/errors.ts';
import type { CsrStore } from './csr-store.ts';

export const MOST_ITERATIONS = 1_000_000;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkSquare({ rows, columns }: CsrStore): void {
  if (rows === columns && rows > 0) return;
  const message = `The matrix must be square, with a row and a column a node; it is ${rows} x ${columns}.`;
  throw new LanewiseError('INVALID_ARGUMENT', message, { expected: [rows, rows], got: [rows, columns] });
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkTolerance(tolerance: unknown): void {
  if (typeof tolerance === 'number' && tolerance >= 0 && tolerance < 1) return;
  throw new LanewiseError('INVALID_ARGUMENT', `tolerance must lie in 0..1; got ${String(tolerance)}.`, {
    expected: [0, 1],
    got: tolerance,
  });
}
