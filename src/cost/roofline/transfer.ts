import { checkPositive, checkQuantity, finite } from '../quantity.ts';

/** What is moved, and how fast. */
export interface Transfer {
  readonly bytes: number;
  /** Of the link or the memory, bytes a second. */
  readonly bandwidth: number;
}

/**
 * Milliseconds of moving bytes: bytes / bandwidth. 38 535 168 bytes (64 float32 images of 3 x 224 x 224: 36.75 MiB) take
 * 1.22 ms over a link of 31.5 GB/s. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` unless bytes is finite and not negative, and bandwidth finite and above 0;
 *   `OVERFLOW`
 */
export function transferTime(transfer: Transfer): number {
  const bytes = checkQuantity('bytes', transfer?.bytes);
  return finite('time', (bytes / checkPositive('bandwidth', transfer.bandwidth)) * 1000);
}
