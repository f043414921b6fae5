import { arrayTensor, bytesTensor } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import type { Arena } from '../host/arena.ts';
import { checkBytes, LARGEST_ID } from '../vectors/input.ts';
import { type KnnOptions, type Neighbourhoods, writeMeans } from './item-knn-fit.ts';
import type { Runtime } from './kernels.ts';

const ESTIMATOR = 'ItemKnn';
const MOST_ENTRIES = 2 ** 28;

type Sizes = Pick<Neighbourhoods, 'userCount' | 'itemCount' | 'entries' | 'links'>;

/** The tensors of a file, in its order, and where each lies. */
const TENSORS = [
  { field: 'rowStarts', name: 'user_starts', dtype: 'U32', length: ({ userCount }: Sizes) => userCount + 1 },
  { field: 'rowItems', name: 'user_items', dtype: 'I32', length: ({ entries }: Sizes) => entries },
  { field: 'rowValues', name: 'ratings', dtype: 'F32', length: ({ entries }: Sizes) => entries },
  { field: 'starts', name: 'neighbor_starts', dtype: 'U32', length: ({ itemCount }: Sizes) => itemCount + 1 },
  { field: 'ids', name: 'neighbors', dtype: 'I32', length: ({ links }: Sizes) => links },
  { field: 'similarities', name: 'similarities', dtype: 'F32', length: ({ links }: Sizes) => links },
] as const;

/** Neighbourhoods as a safetensors file. */
export function writeKnn(
  runtime: Runtime,
  options: KnnOptions,
  learned: Neighbourhoods,
): Uint8Array<ArrayBuffer> {
  const { userCount, itemCount, entries, links, hasRatings } = learned;
  const head = { ...options, userCount, itemCount, entries, links, hasRatings };
  return writeIndexFile(
    { estimator: ESTIMATOR, options: head, nextId: 0, seed: 0 },
    TENSORS.map((tensor) => {
      const bytes = 4 * tensor.length(learned);
      const from = learned[tensor.field];
      return bytesTensor(runtime, specOf(tensor, learned), (target) =>
        target.set(runtime.memory.u8.subarray(from, from + bytes)),
      );
    }),
  );
}

/** @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE` */
export function openKnn(bytes: Uint8Array | ArrayBuffer): { file: IndexFile; options: KnnOptions } {
  const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
  const shrinkage = file.options['shrinkage'];
  if (!(typeof shrinkage === 'number' && shrinkage >= 0 && shrinkage < Number.POSITIVE_INFINITY)) {
    throw corruptFile('The file names no shrinkage.', shrinkage);
  }
  const options = {
    isPearson: file.options['isPearson'] === true,
    neighbors: file.integer('neighbors', 1, MOST_NEIGHBORS),
    shrinkage,
    minSupport: file.integer('minSupport', 1, LARGEST_ID),
  };
  return { file, options };
}

/** Neighbours that are kept of an item at most. */
export const MOST_NEIGHBORS = 65_536;

/** Loads what was learned; every number is checked before it becomes an address. */
export function readKnn(runtime: Runtime, file: IndexFile, arena: Arena): Neighbourhoods {
  const sizes = {
    userCount: file.integer('userCount', 1, LARGEST_ID + 1),
    itemCount: file.integer('itemCount', 1, LARGEST_ID + 1),
    entries: file.integer('entries', 1, MOST_ENTRIES),
    links: file.integer('links', 0, 2 ** 30),
  };
  const addresses: Partial<Record<(typeof TENSORS)[number]['field'] | 'means', number>> = {};
  const loaded = TENSORS.map((tensor) => {
    const spec = specOf(tensor, sizes);
    file.take(spec);
    const length = tensor.length(sizes);
    const array = tensor.dtype === 'F32' ? new Float32Array(length) : new Int32Array(length);
    file.load([arrayTensor(runtime, spec, array)]);
    return array;
  });
  const [rowStarts, rowItems, rowValues, starts, ids, similarities] = loaded;
  checkStarts(rowStarts!, sizes.entries);
  checkStarts(starts!, sizes.links);
  checkRows(rowStarts!, rowItems!, rowValues!, sizes.itemCount);
  checkLists(starts!, ids!, similarities!, sizes.itemCount);
  TENSORS.forEach(({ field }, i) => {
    const array = loaded[i]!;
    const address = arena.allocate(array.byteLength);
    runtime.memory.u8.set(new Uint8Array(array.buffer), address);
    addresses[field] = address;
  });
  addresses.means = arena.allocate(4 * sizes.itemCount);
  const hasRatings = file.options['hasRatings'] === true;
  const learned = { ...sizes, hasRatings, ...(addresses as Required<typeof addresses>) };
  writeMeans(runtime, learned);
  return learned;
}

type Loaded = Int32Array | Float32Array;

/** Starts are at most 2^30, so a negative one is none. */
function checkStarts(starts: Loaded, end: number): void {
  const isRight = starts[0] === 0 && starts.at(-1) === end;
  if (isRight && starts.every((start, i) => i === 0 || start >= starts[i - 1]!)) return;
  throw corruptFile('The rows of the file do not follow one another.', starts.at(-1));
}

function checkRows(starts: Loaded, items: Loaded, values: Loaded, itemCount: number): void {
  for (let row = 0; row + 1 < starts.length; row++) {
    let least = 0;
    for (let at = starts[row]!; at < starts[row + 1]!; at++) {
      const item = items[at]!;
      if (!(item >= least && item < itemCount && Number.isFinite(values[at]))) {
        throw corruptFile(`Entry ${at} of the file is none of a user.`, item);
      }
      least = item + 1;
    }
  }
}

function checkLists(starts: Loaded, ids: Loaded, similarities: Loaded, itemCount: number): void {
  for (let item = 0; item < itemCount; item++) {
    let most = 1;
    for (let at = starts[item]!; at < starts[item + 1]!; at++) {
      const id = ids[at]!;
      const similarity = similarities[at]!;
      if (!(id >= 0 && id < itemCount && id !== item && similarity > 0 && similarity <= most)) {
        throw corruptFile(`Neighbour ${at} of the file is none of an item.`, id);
      }
      most = similarity;
    }
  }
}

function specOf(tensor: (typeof TENSORS)[number], sizes: Sizes): TensorSpec {
  return { name: tensor.name, dtype: tensor.dtype, shape: [tensor.length(sizes)] };
}
