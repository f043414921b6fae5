import { editKernels } from '#kernels';
import type { HashKernels } from '../host/checksum.ts';
import { type Runtime as HostRuntime, type KernelFamily, load, prepare } from '../host/kernels.ts';

/** The kernels as AssemblyScript exports them (assembly/families/edit.ts): addresses in, numbers out. */
interface Kernels extends HashKernels {
  blockDistance(
    pattern: number,
    m: number,
    text: number,
    n: number,
    limit: number,
    masks: number,
    deltas: number,
    work: number,
  ): number;
  closestWords(
    query: number,
    ids: number,
    codes: number,
    signatures: number,
    count: number,
    length: number,
  ): number;
  sortClosest(query: number): number;
  transposedDistance(
    pattern: number,
    m: number,
    text: number,
    n: number,
    limit: number,
    masks: number,
    deltas: number,
  ): number;
  wordDistances(query: number, ids: number, codes: number, count: number, length: number, out: number): void;
}

/** The kernels of distances between texts, the memory they work in, and their tier. */
export type Runtime = HostRuntime<Kernels>;

const family: KernelFamily<Kernels> = { sources: editKernels, isRight: () => true };

/** The loaded kernels; loads them on the first call. */
export function runtime(): Runtime {
  return load(family);
}

/** Loads the kernels of distances between texts and compiles them without blocking; harmless when called again. */
export function init(): Promise<void> {
  return prepare(family);
}
