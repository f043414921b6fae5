import { LanewiseError } from '../host/errors.ts';
import { countsUp } from './counting.ts';
import { IdMap } from './id-map.ts';

/**
 * Checks that no id stands twice among `ids`, nor in `present`, unless that is left out.
 *
 * @throws LanewiseError `DUPLICATE_ID`
 */
export function checkNewIds(ids: Int32Array, present: IdMap | undefined): void {
  if (!countsUp(ids, ids[0]!) && !isAscending(ids)) {
    const seen = new IdMap();
    seen.makeRoom(ids.length);
    for (let i = 0; i < ids.length; i++) {
      if (seen.set(ids[i]!, i) >= 0)
        throw duplicate(ids[i]!, 'stands twice in one call. Give each row its own.');
    }
  }
  if (!present || present.size === 0) return;
  for (let i = 0; i < ids.length; i++) {
    if (present.get(ids[i]!) < 0) continue;
    throw duplicate(
      ids[i]!,
      'is in the index already. Pass { replace: true } to replace its row, or remove it first.',
    );
  }
}

function isAscending(ids: Int32Array): boolean {
  for (let i = 1; i < ids.length; i++) if (ids[i - 1]! >= ids[i]!) return false;
  return true;
}

function duplicate(id: number, fault: string): LanewiseError {
  return new LanewiseError('DUPLICATE_ID', `Id ${id} ${fault}`, { got: id });
}
