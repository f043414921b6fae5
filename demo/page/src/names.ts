/** What the rows of a collection are called. */
export interface Names {
  /** Whether the rows have no other name than their number. */
  readonly areNumbers: boolean;
  of(row: number): string;
  /** The row of this name, or of the name in lower case; undefined where there is none. */
  find(name: string): number | undefined;
  /** Rows whose names begin so, the first ones; a row named exactly so comes before all others. */
  complete(prefix: string, most: number): number[];
}

/** Rows by labels; of several rows with one label, the first answers to it. */
export class LabelNames implements Names {
  readonly areNumbers = false;
  readonly labels: readonly string[];
  readonly #rows = new Map<string, number>();

  constructor(labels: readonly string[]) {
    this.labels = labels;
    for (let row = labels.length - 1; row >= 0; row--) this.#rows.set(labels[row]!, row);
  }

  of(row: number): string {
    return this.labels[row] ?? String(row);
  }

  find(name: string): number | undefined {
    return this.#rows.get(name) ?? this.#rows.get(name.toLowerCase());
  }

  complete(prefix: string, most: number): number[] {
    const exact = this.find(prefix);
    const found = exact === undefined ? [] : [exact];
    const starts = [prefix, prefix.toLowerCase()];
    for (let row = 0; row < this.labels.length && found.length < most; row++) {
      const label = this.labels[row]!;
      if (row !== exact && starts.some((start) => label.startsWith(start))) found.push(row);
    }
    return found;
  }
}

/** Rows by their numbers, from 0. */
export class RowNumbers implements Names {
  readonly areNumbers = true;
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
  }

  of(row: number): string {
    return String(row);
  }

  find(name: string): number | undefined {
    const row = /^\d{1,10}$/.test(name) ? Number(name) : Number.NaN;
    return row < this.#rows ? row : undefined;
  }

  complete(prefix: string, most: number): number[] {
    const exact = this.find(prefix);
    if (exact === undefined) return [];
    const found = [exact];
    // 12 is the beginning of 120..129, of 1200..1299, and so on.
    for (let scale = 10; exact > 0 && exact * scale < this.#rows; scale *= 10) {
      for (let last = 0; last < scale && found.length < most; last++) {
        const row = exact * scale + last;
        if (row < this.#rows) found.push(row);
      }
    }
    return found.slice(0, most);
  }
}
