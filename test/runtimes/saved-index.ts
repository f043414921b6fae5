import { FlatIndex, Random } from 'lanewise';

export interface SavedIndex {
  readonly bytes: Uint8Array;
  /** The row nearest to a vector of ones. */
  readonly best: number;
}

/** An index of 10 000 vectors of 100 numbers, saved: what a program starts with that built its index elsewhere. */
export async function savedIndex(): Promise<SavedIndex> {
  const dimensions = 100;
  const random = new Random(1);
  const index = await FlatIndex.create({ dimensions, metric: 'cosine' });
  await index.build(Float32Array.from({ length: 10_000 * dimensions }, () => random.uniform() - 0.5));
  const { ids } = index.search(new Float32Array(dimensions).fill(1), { k: 1, exact: 'scan' });
  const saved = { bytes: index.toBytes(), best: ids[0]! };
  index.dispose();
  return saved;
}
