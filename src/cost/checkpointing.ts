import { LanewiseError } from '../host/errors.ts';
import { checkCount } from './quantity.ts';

/**
 * Which activations training keeps from the forward pass for the backward one; the rest is computed again.
 *
 * - `'none'`: all are kept
 * - `'selective'`: all but attention's scores and what follows from them (Korthikanti et al. 2022, section 5)
 * - `'full'`: the input of each layer
 * - `'sqrt'`: the input of every sqrt(layers)-th layer, rounded up (Chen et al. 2016, section 4.1)
 * - a number k: the input of every k-th layer
 */
export type Checkpointing = 'none' | 'selective' | 'full' | 'sqrt' | number;

/**
 * Layers from one kept input to the next; 0 where none is computed again as a whole.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function segmentOf(checkpointing: Checkpointing, layers: number): number {
  switch (checkpointing) {
    case 'none':
    case 'selective':
      return 0;
    case 'full':
      return 1;
    case 'sqrt':
      return Math.ceil(Math.sqrt(layers));
    default:
      if (typeof checkpointing === 'number')
        return Math.min(layers, checkCount('checkpointing', checkpointing));
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `There is no checkpointing '${String(checkpointing)}'. Take one of: none, selective, full, sqrt, or every how many layers.`,
        { expected: ['none', 'selective', 'full', 'sqrt', 1], got: checkpointing },
      );
  }
}
