/** Names as sets of three letters in a row, so that names can be held against each other. */
export class NameLikeness {
  readonly #trigrams: readonly Int32Array[];

  constructor(names: readonly string[]) {
    this.#trigrams = names.map(trigramsOf);
  }

  /** What two names share of all that they have, 0..1 (Jaccard). */
  between(a: number, b: number): number {
    const [left, right] = [this.#trigrams[a], this.#trigrams[b]];
    let shared = 0;
    for (let i = 0, j = 0; i < left.length && j < right.length; ) {
      if (left[i] === right[j]) shared++;
      const step = left[i] - right[j];
      if (step <= 0) i++;
      if (step >= 0) j++;
    }
    return shared / (left.length + right.length - shared);
  }
}

/** Ascending, each once. Names are ASCII, with a space before and behind. */
function trigramsOf(name: string): Int32Array {
  const padded = ` ${name} `;
  const found = new Set<number>();
  for (let i = 2; i < padded.length; i++)
    found.add((padded.charCodeAt(i - 2) << 16) | (padded.charCodeAt(i - 1) << 8) | padded.charCodeAt(i));
  return Int32Array.from(found).sort();
}
