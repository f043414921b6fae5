import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A .npy file, version 1.0, float32: numbers as they would come from `numpy.save`. */
function npyBytes(shape: readonly number[], values: readonly number[]): Buffer {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${dictionary.padEnd(117)}\n`, 'latin1');
  return Buffer.concat([header, new Uint8Array(Float32Array.from(values).buffer)]);
}

/** A folder for the files of one test file; `remove` deletes it. */
export class NpyFolder {
  readonly #path = mkdtempSync(join(tmpdir(), 'lanewise-demo-'));

  /** Writes a file and gives its path. */
  save(name: string, shape: readonly number[], values: readonly number[]): string {
    return this.write(name, npyBytes(shape, values));
  }

  write(name: string, bytes: Uint8Array | string): string {
    const path = join(this.#path, name);
    writeFileSync(path, bytes);
    return path;
  }

  remove(): void {
    rmSync(this.#path, { recursive: true });
  }
}
