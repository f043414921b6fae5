/** Counts what naive code does, as it does it: what closed forms of its cost are held against. */
export class Tally {
  flops = 0;
  comparisons = 0;
  accesses = 0;

  /** sum + a b. */
  multiplyAdd(sum: number, a: number, b: number): number {
    this.flops += 2;
    return sum + a * b;
  }

  add(a: number, b: number): number {
    this.flops++;
    return a + b;
  }

  multiply(a: number, b: number): number {
    this.flops++;
    return a * b;
  }

  dot(a: readonly number[], b: readonly number[]): number {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum = this.multiplyAdd(sum, a[i]!, b[i]!);
    return sum;
  }

  isLess(a: number, b: number): boolean {
    this.comparisons++;
    return a < b;
  }

  /** Ascending, by merging. */
  sort(values: readonly number[]): number[] {
    if (values.length < 2) return [...values];
    const half = values.length >> 1;
    const [left, right] = [this.sort(values.slice(0, half)), this.sort(values.slice(half))];
    const merged: number[] = [];
    let [i, j] = [0, 0];
    while (i < left.length && j < right.length)
      merged.push(this.isLess(right[j]!, left[i]!) ? right[j++]! : left[i++]!);
    return [...merged, ...left.slice(i), ...right.slice(j)];
  }
}

export type Rows = number[][];

/** Uniform numbers in -1/2..1/2. */
export function uniformRows(random: { uniform(): number }, rows: number, columns: number): Rows {
  return Array.from({ length: rows }, () => Array.from({ length: columns }, () => random.uniform() - 0.5));
}
