import { Arena } from '../host/arena.ts';
import { type Runtime, runtime } from './kernels.ts';

/** Keys that are hashed at a time: their hashes and what is done with them stay in the first-level cache. */
export const CHUNK = 2048;
/** Bytes of the keys of a chunk; a longer key gets room of its own. */
export const KEY_BYTES = 65_536;
/** What a hash in progress takes (assembly/checksum.ts), a cache line. */
const STATE_BYTES = 64;

/** Room in linear memory through which the keys of all sketches pass, some 100 kB: addresses. */
export interface Workspace {
  /** u64 a key of a chunk. */
  readonly hashes: number;
  /** 8 bytes a key of a chunk: what comes with the keys, or what is answered. */
  readonly values: number;
  /** u32 a key: where it ends among the bytes of the keys. */
  readonly ends: number;
  readonly state: number;
  readonly keys: number;
}

interface Shared {
  readonly arena: Arena;
  readonly space: Workspace;
  users: number;
}

let shared: Shared | undefined;

/** The workspace, until as many `leaveWorkspace()` as there were calls of this. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function enterWorkspace(): Workspace {
  shared ??= open(runtime());
  shared.users++;
  return shared.space;
}

export function leaveWorkspace(): void {
  if (!shared || --shared.users > 0) return;
  shared.arena.release();
  shared = undefined;
}

function open({ memory }: Runtime): Shared {
  const arena = new Arena(memory);
  const hashes = arena.allocate(20 * CHUNK + STATE_BYTES + KEY_BYTES);
  const values = hashes + 8 * CHUNK;
  const ends = values + 8 * CHUNK;
  const state = ends + 4 * CHUNK;
  return { arena, users: 0, space: { hashes, values, ends, state, keys: state + STATE_BYTES } };
}
