// What a user reads where compiling WebAssembly is forbidden, by every way on which the kernels are loaded.
import { Bm25Index, CsrMatrix, capabilities, FlatIndex, init, LanewiseError, Popularity } from 'lanewise';

/** The errors, by the call that threw them; a call that did not is missing. */
export async function refusals() {
  const calls = {
    ...{ capabilities, init, create: () => FlatIndex.create({ dimensions: 2 }) },
    recommend: () => Popularity.create(),
    sparse: () => CsrMatrix.fromDense([1], { rows: 1, columns: 1 }),
    text: () => Bm25Index.create(),
  };
  const errors = {};
  for (const [name, call] of Object.entries(calls)) {
    try {
      await call();
    } catch (error) {
      const { code, message } = error;
      errors[name] = { isOurs: error instanceof LanewiseError, code, message };
    }
  }
  return errors;
}
