/** The table of distances between prefixes, cell by cell (Wagner and Fischer, 1974); with transpositions, where asked. */
export function editDistance<Unit>(a: readonly Unit[], b: readonly Unit[], transposes = false): number {
  const table = Array.from({ length: a.length + 1 }, (_, i) => [i, ...b.map(() => 0)]);
  table[0] = [0, ...b.map((_, j) => j + 1)];
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const change = table[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(change, table[i - 1]![j]! + 1, table[i]![j - 1]! + 1);
      if (transposes && i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, table[i - 2]![j - 2]! + 1);
      table[i]![j] = least;
    }
  }
  return table[a.length]![b.length]!;
}
