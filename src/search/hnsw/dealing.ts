/** Deals rows to cells: each to the nearest of its cells that has room, otherwise to the first that has. */
export function dealRows(
  nearest: Uint16Array,
  probes: number,
  cellCount: number,
  room: number,
): Uint32Array[] {
  const members: number[][] = Array.from({ length: cellCount }, () => []);
  let open = 0;
  for (let row = 0; row < nearest.length / probes; row++) {
    const own = nearest.subarray(row * probes, (row + 1) * probes);
    const cell = own.find((candidate) => members[candidate]!.length < room);
    while (cell === undefined && members[open]!.length >= room) open++;
    members[cell ?? open]!.push(row);
  }
  return members.map((rows) => Uint32Array.from(rows));
}

export function concatenate(parts: readonly Uint32Array[], length: number): Uint32Array {
  const whole = new Uint32Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** For every cell, the places in the chunk of those rows that have it among their nearest from..to. */
export function groupByCell(
  rows: Uint32Array,
  nearest: Uint16Array,
  probes: number,
  from: number,
  to: number,
  cellCount: number,
): number[][] {
  const groups: number[][] = Array.from({ length: cellCount }, () => []);
  rows.forEach((row, i) => {
    for (let rank = from; rank < to; rank++) groups[nearest[row * probes + rank]!]!.push(i);
  });
  return groups;
}
