/** One thing that happened: a request, or a word. */
export interface StreamRecord {
  /** Milliseconds, or the number of the word. */
  readonly time: number;
  /** What is counted: a path, or a word. */
  readonly item: string;
  /** What is told apart: an address, or a word. */
  readonly source: string;
  /** What has quantiles: milliseconds, bytes, or letters. */
  readonly amount: number;
}

/** How the records of a stream are read, and what they are called. */
export interface StreamFormat {
  readonly title: string;
  readonly records: string;
  readonly item: string;
  readonly sources: string;
  readonly amount: string;
  /** The unit of a window, as `--window` takes it, in units of time. */
  readonly unit: number;
  readonly defaultWindow: number;
  /** How far behind the latest record one may come. */
  readonly disorder: number;
  /** How far ahead of the clock, which records of other times do not have. */
  readonly maxAhead: number;
  /** The records of a line; undefined where it is malformed. */
  parse(line: string): readonly StreamRecord[] | undefined;
  formatSpan(start: number, end: number): string;
}
