// The layout of a register tile, as assembly/tile.ts draws it.

/** Queries in a full tile. */
export const TILE_QUERIES = 6;
/** Bytes at the head of a tile, where the addresses of its queries stand, and of a group of four dimensions. */
export const TILE_HEAD_BYTES = 32;
export const TILE_GROUP_BYTES = 24;
/** Bytes of the products of a tile with a block of rows. */
export const PRODUCT_BYTES: number = 64 * TILE_QUERIES;
/** From so many queries on, a tile beats one scan a query. */
export const LEAST_TILED = 3;

/** Bytes of a tile whose queries have so many groups of four dimensions. */
export function tileBytes(groups: number): number {
  return TILE_HEAD_BYTES + groups * TILE_GROUP_BYTES;
}
