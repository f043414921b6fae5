import { LshIndex, Random, readSafetensors } from 'lanewise';

/** What an index is made of, as its documentation tells it. */
export interface Shape {
  readonly dimensions: number;
  readonly tables: number;
  readonly bits: number;
  readonly seed: number;
}

/** Weights of the hyperplanes, one array a bit: eight random bytes summed, less their mean, a thirteenth, -63..63. */
export function hyperplanesOf({ dimensions, tables, bits, seed }: Shape): number[][] {
  const random = new Random(seed);
  return Array.from({ length: tables * bits }, () =>
    Array.from({ length: dimensions }, () => {
      const bytes = new Uint8Array(Uint32Array.of(random.uint32(), random.uint32()).buffer);
      const sum = bytes.reduce((total, byte) => total + byte, 0);
      return Math.max(-63, Math.min(63, Math.round((sum - 1020) / 13)));
    }),
  );
}

/** The 8-bit codes of rows, as an index saves them: blocks of 16 rows, interleaved four bytes at a time. */
export async function codesOf(rows: Float32Array, dimensions: number): Promise<number[][]> {
  using index = await LshIndex.create({ dimensions, tables: 1, bits: 1 });
  index.add(rows);
  const codes = readSafetensors(index.toBytes()).tensors.get('codes')!;
  const bytes = new Int8Array(codes.data.slice().buffer);
  const groups = codes.shape[1]!;
  return Array.from({ length: index.size }, (_row, row) =>
    Array.from({ length: dimensions }, (_dimension, dimension) => {
      const group = Math.floor(row / 16) * groups + (dimension >> 2);
      return bytes[group * 64 + (row % 16) * 4 + (dimension & 3)]!;
    }),
  );
}

/** Products of a row's codes with every hyperplane, exact: they stay far below 2^53. */
export function productsOf(codes: readonly number[], hyperplanes: readonly number[][]): number[] {
  return hyperplanes.map((weights) => weights.reduce((sum, weight, i) => sum + weight * codes[i]!, 0));
}

/** The signature of a table: bit i is set where the product with its hyperplane i is negative. */
function signatureOf(products: readonly number[], table: number, bits: number): number {
  let signature = 0;
  for (let bit = 0; bit < bits; bit++) if (products[table * bits + bit]! < 0) signature += 2 ** bit;
  return signature;
}

/**
 * The buckets of a table in the order in which they are probed, all 2^bits: by the sum of the squared products of the
 * bits that are flipped; equal sums by the set of flips, as a number whose bit r is the bit of the r-th least product.
 */
function probeOrder(products: readonly number[], table: number, bits: number): number[] {
  const margins = products.slice(table * bits, (table + 1) * bits).map((product) => product ** 2);
  const ranked = margins.map((_, bit) => bit).sort((a, b) => margins[a]! - margins[b]! || a - b);
  const own = signatureOf(products, table, bits);
  const sets = Array.from({ length: 2 ** bits }, (_, set) => {
    const flipped = ranked.filter((_bit, rank) => (set >> rank) & 1);
    const sum = flipped.reduce((total, bit) => total + margins[bit]!, 0);
    return { set, sum, signature: flipped.reduce((signature, bit) => signature ^ (1 << bit), own) };
  });
  return sets.sort((a, b) => a.sum - b.sum || a.set - b.set).map(({ signature }) => signature);
}

/** The signatures of a row, a table each. */
export function signaturesOf(products: readonly number[], { tables, bits }: Shape): number[] {
  return Array.from({ length: tables }, (_, table) => signatureOf(products, table, bits));
}

/** The buckets of every table in the order in which a query probes them. */
export function probeOrdersOf(products: readonly number[], { tables, bits }: Shape): number[][] {
  return Array.from({ length: tables }, (_, table) => probeOrder(products, table, bits));
}

/** The rows, by their signatures, that stand in one of the first `probes` buckets of any table. */
export function candidatesOf(
  rows: readonly (readonly number[])[],
  orders: readonly (readonly number[])[],
  probes: number,
): number[] {
  const probed = orders.map((order) => new Set(order.slice(0, probes)));
  const isFound = (row: readonly number[]) => row.some((signature, table) => probed[table]!.has(signature));
  return rows.flatMap((row, id) => (isFound(row) ? [id] : []));
}
