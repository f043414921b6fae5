import { LanewiseError } from '../host/errors.ts';

/** An array for predictions. @throws LanewiseError `MEMORY_EXHAUSTED` where the engine has none of that length */
export function allocatePredictions(length: number): Float32Array<ArrayBuffer> {
  try {
    return new Float32Array(length);
  } catch (cause) {
    const message = `There is no array for ${length} predictions. Predict fewer rows in one call.`;
    throw new LanewiseError('MEMORY_EXHAUSTED', message, { got: length, cause });
  }
}
