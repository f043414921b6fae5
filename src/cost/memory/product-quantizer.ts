import { codebookBytes } from '../../cluster/codebook-layout.ts';
import { checkDimensions } from '../../vectors/input.ts';
import { checkChoice, checkDivides, given } from '../options.ts';
import { checkCount, finite } from '../quantity.ts';
import { held } from './held.ts';

/** A `ProductQuantizer`. */
export interface QuantizerMemoryOptions {
  readonly dimensions: number;
  /** A divisor of the dimensions. */
  readonly subvectors: number;
  /** @default 8 */
  readonly bits?: 4 | 8;
  /** Rows whose codes are kept, a byte a sub-vector; they are the caller's. @default 0 */
  readonly rows?: number;
}

/** Bytes of a quantizer, and of codes. */
export interface QuantizerMemory {
  /** What the quantizer holds: its codebooks. */
  readonly total: number;
  /** Of the rows' codes, which `encode` returns. */
  readonly codes: number;
}

/**
 * What `ProductQuantizer.memoryUsage()` reports, bytes, equal to the byte: 16 or 256 centroids a part, with minus half their squared
 * norms (src/cluster/codebook-layout.ts); beside it the codes.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function productQuantizer(options: QuantizerMemoryOptions): QuantizerMemory {
  const { bits = 8, rows = 0 } = given(options);
  const dimensions = checkDimensions(options.dimensions);
  const subvectors = checkCount('subvectors', options.subvectors);
  const width = checkDivides('subvectors', subvectors, 'dimensions', dimensions);
  const centroids = 2 ** Number(checkChoice('number of bits', String(bits), { 4: 0, 8: 0 }));
  return {
    total: held(codebookBytes({ subvectors, width, centroids })),
    codes: finite('codes', checkCount('rows', rows, 0) * subvectors),
  };
}
