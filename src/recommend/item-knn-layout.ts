/** Bytes of what users have: where their rows start, and the items or the ratings of all `entries`, repeated ones too. */
export function layoutUserRows(
  userCount: number,
  entries: number,
): { readonly starts: number; readonly entries: number } {
  return { starts: 4 * (userCount + 1), entries: 4 * entries };
}

/** Bytes of what items have: where their neighbours start, ids or similarities of `links` neighbours, and mean ratings. */
export function layoutNeighbours(
  itemCount: number,
  links: number,
): { readonly starts: number; readonly links: number; readonly means: number } {
  return { starts: 4 * (itemCount + 1), links: 4 * links, means: 4 * itemCount };
}

/** Neighbours that an item can have, and that are kept; 0 where there is but one item. */
export function mostNeighbours(neighbors: number, itemCount: number): number {
  return Math.min(neighbors, itemCount - 1);
}
