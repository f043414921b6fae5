import { blockBytes } from '../../host/block.ts';

/** Bytes that blocks of linear memory hold of which so many bytes each are asked for (src/host/block.ts). */
export function held(...asked: readonly number[]): number {
  return asked.reduce((sum, bytes) => sum + blockBytes(bytes), 0);
}
