import { certified, loop, scan } from './methods/exact.ts';
import { hnsw } from './methods/hnsw.ts';
import { ivf, ivfBits, ivfPq4 } from './methods/ivf.ts';
import { lsh } from './methods/lsh.ts';
import type { Method } from './methods/method.ts';

/** The methods of the table, from what one writes without a library to what finds most with least work. */
export const METHODS: readonly Method[] = [loop, scan, certified, ivf, ivfPq4, ivfBits, hnsw, lsh];
