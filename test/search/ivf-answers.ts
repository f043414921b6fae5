import { IvfIndex, type IvfOptions } from 'lanewise';

/** A trained index over rows x dimensions. */
export async function ivfOf(
  rows: Float32Array,
  options: IvfOptions,
  train: { readonly seed?: number; readonly maxIterations?: number } = { maxIterations: 4 },
): Promise<IvfIndex> {
  const index = await IvfIndex.create(options);
  await index.train(rows, train);
  index.add(rows);
  return index;
}
