import { LanewiseError } from '../host/errors.ts';
import { Bitmap } from '../vectors/bitmap.ts';
import { bestItems, checkWanted, type WantedItems, without } from './best-items.ts';
import type { Factors } from './factors.ts';
import type { Recommendations, RecommendOptions } from './recommender.ts';

/** Candidates beyond those wanted, so that scores that an index rounds in another order do not change the last of them. */
const MARGIN = 8;

/** What was learned of a user: of `foldIn`, of one that `fit` did not know. */
export interface FoldedUser {
  readonly factors: Float32Array;
  readonly bias: number;
}

/** An index of items, as `toIndex` makes it: anything that finds the largest inner products. */
export interface CandidateIndex {
  search(
    query: Float32Array,
    options: { readonly k: number; readonly filter?: Bitmap },
  ): { readonly ids: Int32Array };
}

/** What `recommend` of a {@link MatrixFactorization} takes. */
export interface RetrieveOptions extends RecommendOptions {
  /** Finds the candidates; what `toIndex` gave. @default every item is scored */
  readonly index?: CandidateIndex;
}

/** Factors, and the mean rating that biases are about. */
export interface Model {
  readonly factors: Factors;
  readonly mean: number;
}

/** The factors of a user, and a 1 for the biases of items to be multiplied with. */
export function queryOf({ factors }: Model, user: FoldedUser): Float32Array {
  if (!factors.extents.biases) return user.factors.slice();
  const query = new Float32Array(user.factors.length + 1).fill(1);
  query.set(user.factors);
  return query;
}

/** Items by predicted ratings; those that an index finds, or all. */
export function recommendItems(
  model: Model,
  user: FoldedUser,
  options: RetrieveOptions | undefined,
): Recommendations {
  const { factors, mean } = model;
  const { runtime, width, itemBiases, extents } = factors;
  const { memory, kernels } = runtime;
  const wanted = checkWanted(options, extents.itemCount);
  const candidates = options?.index && retrieve(model, user, wanted, options.index);
  const count = candidates?.length ?? extents.itemCount;
  const vector = memory.allocate(4 * (width + (itemBiases && count)));
  const biases = itemBiases && vector + 4 * width;
  try {
    placeVector(factors, vector, user.factors);
    const { f32 } = memory;
    // As `predictRatings` adds, so that the scores are its to the bit.
    const base = Math.fround(mean + user.bias);
    for (let i = 0; i < count && biases !== 0; i++)
      f32[biases / 4 + i] = base + f32[itemBiases / 4 + (candidates ? candidates[i]! : i)]!;
    const score = (first: number, rows: number, row: number, out: number) => {
      const own = biases && biases + 4 * first;
      kernels.scoreRows(vector, factors.itemRow(row), 4 * width, rows, 0, own, out);
    };
    if (!candidates)
      return bestItems(runtime, count, wanted, (first, rows, out) => score(first, rows, first, out));
    const unbound = { k: wanted.k, exclude: undefined, filter: undefined };
    const found = bestItems(runtime, count, unbound, (first, rows, out) => {
      for (let i = 0; i < rows; i++) score(first + i, 1, candidates[first + i]!, out + 4 * i);
    });
    for (let i = 0; i < found.ids.length && found.ids[i]! >= 0; i++)
      found.ids[i] = candidates[found.ids[i]!]!;
    return found;
  } finally {
    memory.free(vector);
  }
}

/** Items that qualify, of those that an index finds, lowest first. @throws LanewiseError `INVALID_ARGUMENT` */
function retrieve(
  model: Model,
  user: FoldedUser,
  { k, exclude, filter }: WantedItems,
  index: CandidateIndex,
): Int32Array {
  const { itemCount } = model.factors.extents;
  // Excluded items are left to the index, too: asked for with the others, they could be most of what it finds.
  const allowed = exclude?.length ? Bitmap.of(exclude).not(itemCount) : undefined;
  const passing = allowed && filter ? allowed.and(filter) : (allowed ?? filter);
  const asked = Math.min(itemCount, k + MARGIN);
  const { ids } = index.search(queryOf(model, user), passing ? { k: asked, filter: passing } : { k: asked });
  return ids
    .filter((id) => {
      if (id < itemCount) return id >= 0 && (!passing || passing.has(id));
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `The index found item ${id}, of ${itemCount} that there are. Give an index that toIndex() made.`,
        { expected: itemCount, got: id },
      );
    })
    .sort();
}

/** Items by the cosine of their factors and an item's; items of zeros, which have no direction, do not qualify. */
export function similarTo(
  { factors }: Model,
  item: number,
  options: RecommendOptions | undefined,
): Recommendations {
  const { runtime, width, extents } = factors;
  const { memory, kernels } = runtime;
  const wanted = without(checkWanted(options, extents.itemCount), item);
  const scales = factors.scales;
  const vector = memory.allocate(4 * width);
  try {
    const scale = memory.f32[scales / 4 + item]!;
    const row = factors.itemRow(item) / 4;
    const unit = memory.f32.slice(row, row + width).map((value) => value * scale);
    memory.f32.set(unit, vector / 4);
    return bestItems(runtime, extents.itemCount, wanted, (first, count, out) => {
      kernels.scoreRows(vector, factors.itemRow(first), 4 * width, count, scales + 4 * first, 0, out);
    });
  } finally {
    memory.free(vector);
  }
}

/** The ratings of pairs. */
export function predictRatings({ factors, mean }: Model, users: Int32Array, items: Int32Array): Float32Array {
  const { runtime, width, userBiases, itemBiases } = factors;
  const { memory, kernels } = runtime;
  const out = memory.allocate(4 * users.length);
  try {
    for (let i = 0; i < users.length; i++)
      kernels.scoreRows(
        factors.userRow(users[i]!),
        factors.itemRow(items[i]!),
        4 * width,
        1,
        0,
        0,
        out + 4 * i,
      );
    const { f32 } = memory;
    const ratings = f32.slice(out / 4, out / 4 + users.length);
    for (let i = 0; i < ratings.length && userBiases !== 0; i++) {
      const base = Math.fround(mean + f32[userBiases / 4 + users[i]!]!);
      ratings[i]! += Math.fround(base + f32[itemBiases / 4 + items[i]!]!);
    }
    return ratings;
  } finally {
    memory.free(out);
  }
}

function placeVector({ runtime, width }: Factors, address: number, values: Float32Array): void {
  const { f32 } = runtime.memory;
  f32.fill(0, address / 4, address / 4 + width);
  f32.set(values, address / 4);
}
