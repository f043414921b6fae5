import { blockBytes } from '../../host/block.ts';
import { finite } from '../quantity.ts';

/** Bytes that blocks of linear memory hold of which so many bytes each are asked for (src/host/block.ts). @throws LanewiseError `OVERFLOW` */
export function held(...asked: readonly number[]): number {
  return finite(
    'bytes',
    asked.reduce((sum, bytes) => sum + blockBytes(bytes), 0),
  );
}
