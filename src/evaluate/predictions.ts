import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import { checkFinite, type Numbers } from './numbers.ts';

/**
 * RMSE: the square root of the mean squared difference, in the unit of the ratings. 0 where all were predicted.
 *
 * @param actual at least one number
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`
 */
export function rootMeanSquaredError(predicted: Numbers, actual: Numbers): number {
  return Math.sqrt(meanOver(predicted, actual, (difference) => difference * difference));
}

/**
 * MAE: the mean absolute difference, in the unit of the ratings. 0 where all were predicted.
 *
 * @param actual at least one number
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`
 */
export function meanAbsoluteError(predicted: Numbers, actual: Numbers): number {
  return meanOver(predicted, actual, Math.abs);
}

function meanOver(predicted: Numbers, actual: Numbers, loss: (difference: number) => number): number {
  const count = actual?.length ?? 0;
  checkFinite('actual', actual, count);
  checkFinite('predicted', predicted, count);
  if (count === 0) throw new LanewiseError('INVALID_ARGUMENT', 'There are no predictions to evaluate.');
  let sum = 0;
  for (let i = 0; i < count; i++) sum += loss(predicted[i]! - actual[i]!);
  return sum / count;
}

/**
 * The share of all items that is recommended to anybody, 0..1.
 *
 * @param ids what was recommended, of one or of all users; -1 is none
 * @param itemCount items that there are
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example catalogueCoverage(Int32Array.of(3, 1, 3, -1), 4) // 0.5
 */
export function catalogueCoverage(ids: Int32Array | readonly number[], itemCount: number): number {
  checkInteger('itemCount', itemCount, 1, 2 ** 31);
  const found = new Set<number>();
  if (!Array.isArray(ids) && !(ids instanceof Int32Array))
    throw new LanewiseError('INVALID_ARGUMENT', 'ids must be an Int32Array or an array of numbers.');
  for (const id of ids) if (id !== -1) found.add(checkInteger('A recommended item', id, 0, itemCount - 1));
  return found.size / itemCount;
}
