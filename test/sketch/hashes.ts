import { createXXHash64 } from 'hash-wasm';
import { runtime } from '../../src/sketch/kernels.ts';
import { checkKeys, hashKeys, type Keys } from '../../src/sketch/keys.ts';
import { checkSeed } from '../../src/sketch/seed.ts';
import { SketchMemory } from '../../src/sketch/sketch-memory.ts';

/** The hashes that sketches get in place of keys, in their order. */
export function hashesOf(keys: Keys, seed = 0): bigint[] {
  return chunksOf(keys, seed).flat();
}

/** The same, as they come. */
export function chunksOf(keys: Keys, seed = 0): bigint[][] {
  const memory = new SketchMemory({}, 'Sketch', 1);
  const { memory: linear } = runtime();
  const chunks: bigint[][] = [];
  let hashed = 0;
  try {
    hashKeys(memory, checkKeys(keys), BigInt(checkSeed(seed)), (count, first) => {
      if (first !== hashed) throw new Error(`Key ${first} follows ${hashed} keys.`);
      chunks.push([...linear.u64.subarray(memory.space.hashes / 8, memory.space.hashes / 8 + count)]);
      hashed += count;
    });
  } finally {
    memory.end();
  }
  return chunks;
}

/** XXH64 as hash-wasm computes it. */
export async function xxh64(seed = 0): Promise<(bytes: Uint8Array) => bigint> {
  const bits = BigInt.asUintN(64, BigInt(seed));
  const hash = await createXXHash64(Number(bits & 0xffffffffn), Number(bits >> 32n));
  return (bytes) => BigInt(`0x${hash.init().update(bytes).digest('hex')}`);
}

/** The 8 bytes of an integer, little-endian, negative ones as two's complement. */
export function longBytes(value: bigint): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setBigInt64(0, value, true);
  return new Uint8Array(bytes.buffer);
}

/** The 8 bytes of a float64, little-endian. */
export function doubleBytes(value: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, value, true);
  return new Uint8Array(bytes.buffer);
}
