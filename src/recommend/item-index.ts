import type { LongCallOptions } from '../host/progress.ts';
import type { CandidateIndex, Model } from './factor-ranking.ts';

/** What every index of items is made for. */
export interface ItemIndexOptions {
  readonly dimensions: number;
  readonly metric?: 'ip' | 'cosine' | 'l2';
}

/** An index that items are put into. */
export interface ItemIndex extends CandidateIndex {
  train?(vectors: Float32Array, options?: LongCallOptions): Promise<unknown>;
  build?(vectors: Float32Array, options?: LongCallOptions): Promise<unknown>;
  add(vectors: Float32Array): unknown;
  dispose(): void;
}

/** A class of indexes, as `lanewise/search` has them. */
export interface ItemIndexClass<Options extends ItemIndexOptions, Index extends ItemIndex> {
  create(options: Options): Promise<Index>;
}

/** What an index is made for beyond what its items tell; asked for only where the index asks for something. */
export type OwnIndexOptions<Options> = Omit<Options, keyof ItemIndexOptions>;

/** Fills a new index with the items; where that fails, it is disposed of. */
export async function indexItems<Options extends ItemIndexOptions, Index extends ItemIndex>(
  kind: ItemIndexClass<Options, Index>,
  { factors }: Model,
  { signal, onProgress, ...own }: LongCallOptions,
): Promise<Index> {
  const { itemCount, factors: count, biases } = factors.extents;
  const dimensions = count + (biases ? 1 : 0);
  const vectors = new Float32Array(itemCount * dimensions);
  const { f32 } = factors.runtime.memory;
  for (let item = 0; item < itemCount; item++) {
    const row = factors.itemRow(item) / 4;
    vectors.set(f32.subarray(row, row + count), item * dimensions);
    if (biases) vectors[item * dimensions + count] = f32[factors.itemBiases / 4 + item]!;
  }
  const index = await kind.create({ ...own, dimensions, metric: 'ip' } as unknown as Options);
  try {
    const long = { ...(signal && { signal }), ...(onProgress && { onProgress }) };
    // What is built trains itself.
    if (index.build) await index.build(vectors, long);
    else {
      await index.train?.(vectors, long);
      index.add(vectors);
    }
    return index;
  } catch (error) {
    index.dispose();
    throw error;
  }
}
