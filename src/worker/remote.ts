import type { KMeans, KMeansOptions } from '../cluster/k-means.ts';
import type { TuneOptions } from '../evaluate/tune.ts';
import type { FlatIndex } from '../search/flat.ts';
import type { HnswIndex } from '../search/hnsw.ts';
import type { HnswOptions } from '../search/hnsw-options.ts';
import type { IvfIndex } from '../search/ivf.ts';
import type { IvfOptions } from '../search/ivf-options.ts';
import type { LshIndex } from '../search/lsh.ts';
import type { LshOptions } from '../search/lsh-options.ts';
import type { IndexOptions } from '../search/options.ts';
import type { TunableIndex, Tuning } from '../search/tuning.ts';
import type { VectorInput } from '../vectors/input.ts';
import type { Connection } from './connection.ts';
import type { Made } from './protocol.ts';

/** What a thread can hold, and what each is created with. */
export interface Kinds {
  readonly flat: { readonly object: FlatIndex; readonly options: IndexOptions };
  readonly ivf: { readonly object: IvfIndex; readonly options: IvfOptions };
  readonly hnsw: { readonly object: HnswIndex; readonly options: HnswOptions };
  readonly lsh: { readonly object: LshIndex; readonly options: LshOptions };
  readonly kmeans: { readonly object: KMeans; readonly options: KMeansOptions };
}

/** The kinds that `toBytes()` saves. */
export type SavedKind = {
  [Kind in keyof Kinds]: Kinds[Kind]['object'] extends Saved ? Kind : never;
}[keyof Kinds];

interface Saved {
  toBytes(): Uint8Array;
}

/** How arrays get to the thread. */
export interface TransferOptions {
  /**
   * Whether the arrays of the call go to the thread with their buffers, instead of a copy: they are empty afterwards,
   * and so is every other view of these buffers. @default false
   */
  readonly transfer?: boolean;
}

/**
 * An object in a thread, with the methods it has there; each returns a promise. Properties are promises too:
 * `await index.size`. Methods that take options also take `transfer`, and `signal` and `onProgress` where they do
 * without a thread; what `onProgress` throws aborts the call.
 */
export type Remote<Held> = AsyncDisposable & {
  readonly [Name in keyof Held as Name extends string ? Name : never]: RemoteMember<Held, Held[Name]>;
} & (Held extends TunableIndex ? RemoteTuning : unknown);

type RemoteMember<Held, Member> = [Member] extends [(...args: infer Arguments) => infer Result]
  ? (
      ...args: { [Place in keyof Arguments]: Given<Arguments[Place]> }
    ) => Promise<Awaited<Result> extends Held ? Remote<Held> : Awaited<Result>>
  : Promise<Member>;

type Given<Argument> = Argument extends ArrayBufferView | readonly unknown[] | number | undefined
  ? Argument
  : Argument & TransferOptions;

/** What a remote index has beside its own methods. */
export interface RemoteTuning {
  /** `tune(index, sample, options)`, in the thread. */
  tune(sample: VectorInput, options?: TuneOptions & TransferOptions): Promise<Tuning>;
}

/** `Symbol.asyncDispose`, or the registered symbol that stands in for it where the runtime has none. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

/** What stands here for an object of the thread. */
export function makeRemote(connection: Connection, { object, methods, properties }: Made): object {
  const remote = {};
  const call = (name: string, args: readonly unknown[]) => connection.call(object, name, args, remote);
  const members: PropertyDescriptorMap = {};
  for (const name of methods) members[name] = { value: (...args: unknown[]) => call(name, args) };
  for (const name of properties) members[name] = { get: () => call(name, []) };
  // In a thread that has ended there is nothing left to give back.
  const dispose = () => call('dispose', []).catch(() => {});
  members['dispose'] = members[asyncDispose] = { value: dispose };
  return Object.defineProperties(remote, members);
}
