/**
 * The least number of letters to insert, delete, replace or swap with the next that turn `name` into a beginning of
 * `candidate`: optimal string alignment, row by row.
 */
function distanceToBeginning(name: string, candidate: string): number {
  let [beforeLast, last]: number[][] = [[], Array.from({ length: candidate.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= name.length; i++) {
    const row = [i];
    for (let j = 1; j <= candidate.length; j++) {
      const replaced = last[j - 1] + (name[i - 1] === candidate[j - 1] ? 0 : 1);
      const isSwap = j > 1 && name[i - 1] === candidate[j - 2] && name[i - 2] === candidate[j - 1];
      const swapped = isSwap ? beforeLast[j - 2] + 1 : replaced;
      row[j] = Math.min(replaced, swapped, last[j] + 1, row[j - 1] + 1);
    }
    [beforeLast, last] = [last, row];
  }
  return Math.min(...last);
}

/** Names that a mistyped or unfinished one may stand for, nearest first; none where a third of the letters differ. */
export function nearNames(name: string, names: readonly string[], count: number): string[] {
  const wanted = name.toLowerCase();
  const near = names
    .map((candidate) => ({ candidate, distance: distanceToBeginning(wanted, candidate) }))
    .filter(({ distance }) => 3 * distance < wanted.length);
  near.sort((a, b) => a.distance - b.distance || a.candidate.length - b.candidate.length);
  return near.slice(0, count).map(({ candidate }) => candidate);
}
