// Ids that nobody gave count up from one of them. Loops, for they run cold: callbacks take ten times as long then.

/** The ids first, first + 1, ... */
export function countUp(first: number, count: number): Int32Array {
  const ids = new Int32Array(count);
  for (let i = 0; i < count; i++) ids[i] = first + i;
  return ids;
}

/** Whether ids are first, first + 1, ... */
export function countsUp(ids: Int32Array, first: number): boolean {
  for (let i = 0; i < ids.length; i++) if (ids[i] !== first + i) return false;
  return true;
}
