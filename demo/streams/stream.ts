import { CountMinSketch, EventWindows, type WindowResult } from 'lanewise';
import { UsageError } from '../usage-error.ts';
import { accessLog } from './access-log.ts';
import { Exact } from './exact.ts';
import type { StreamFormat, StreamRecord } from './records.ts';
import { Summary } from './summary.ts';
import { words } from './words.ts';

/** A window slides by this part of its size. */
const SLIDES = 5;
/** What exact values may take before they are given up: a stream may never end. */
export const MOST_EXACT_BYTES = 100e6;
/** 1.8 MB: estimates exceed the truth by more than 1 / 23,000 of all records one time in 1,000. */
const COUNTERS = { width: 65_536, depth: 7 } as const;
const WHOLE = { capacity: 2000, precision: 14 } as const;
const PART = { capacity: 1000, precision: 12 } as const;

export interface StreamOptions {
  /** Of a window, in the units of the format. */
  readonly window?: number;
  readonly exact: boolean;
  readonly signal: AbortSignal;
}

/** A window, by sketches and, where there are any, by exact values. */
export interface Pictured extends Pick<WindowResult<Summary>, 'start' | 'end' | 'count'> {
  readonly summary: Summary;
  readonly exact: Exact | undefined;
  /** Whether the stream ended before it. */
  readonly isCut: boolean;
  dispose(): void;
}

type Windows<State extends object> = EventWindows<State, readonly StreamRecord[], StreamRecord>;

/** A stream of lines, as it passes. */
export class Stream {
  readonly format: StreamFormat;
  readonly whole: Summary;
  readonly counts: CountMinSketch;
  /** Undefined where it was not asked for, and once it takes too much. */
  exact: Exact | undefined;
  /** Records after which exact values were given up. */
  givenUpAt: number | undefined;
  lines: number;
  malformed = 0;
  readonly windows: Windows<Summary>;
  readonly #exactWindows: Windows<Exact>;
  readonly #exactOf = new Map<number, Exact>();
  readonly #batches: AsyncIterable<readonly string[]>;
  readonly #signal: AbortSignal;

  private constructor(
    format: StreamFormat,
    batches: AsyncIterable<readonly string[]>,
    options: StreamOptions,
    { whole, part, counts }: { whole: Summary; part: Summary; counts: CountMinSketch },
  ) {
    this.format = format;
    this.whole = whole;
    this.counts = counts;
    this.lines = 0;
    this.exact = options.exact ? new Exact() : undefined;
    this.#batches = batches;
    this.#signal = options.signal;
    const { disorder, maxAhead, unit } = format;
    const slide = Math.ceil(((options.window ?? format.defaultWindow) * unit) / SLIDES);
    const shape = { size: slide * SLIDES, slide, disorder, maxAhead, clock: Date.now };
    this.windows = EventWindows.sliding({ ...shape, prototype: part, ...typed<Summary>() });
    this.#exactWindows = EventWindows.sliding({ ...shape, create: () => new Exact(), ...typed<Exact>() });
    part.dispose();
  }

  /** @throws UsageError for a stream without lines */
  static async open(lines: AsyncIterable<readonly string[]>, options: StreamOptions): Promise<Stream> {
    const iterator = lines[Symbol.asyncIterator]();
    const first: (readonly string[])[] = [];
    let format: StreamFormat | undefined;
    while (!format) {
      const { done, value } = await iterator.next();
      if (done) throw new UsageError('there are no lines to read');
      first.push(value);
      format = detect(value);
    }
    async function* batches(): AsyncGenerator<readonly string[]> {
      yield* first;
      yield* { [Symbol.asyncIterator]: () => iterator };
    }
    const [whole, part] = [await Summary.create(WHOLE), await Summary.create(PART)];
    const counts = await CountMinSketch.create(COUNTERS);
    return new Stream(format, batches(), options, { whole, part, counts });
  }

  /** The windows, as they complete; whoever takes one disposes of it. */
  async *pictures(): AsyncGenerator<Pictured> {
    for await (const result of this.windows.over(this.#records(), { signal: this.#signal })) {
      const { start, end, count, sketch } = result;
      const isCut = this.windows.statistics().watermark === Number.POSITIVE_INFINITY;
      const exact = this.#exactOf.get(start);
      this.#exactOf.delete(start);
      yield { start, end, count, summary: sketch, exact, isCut, dispose: () => result.dispose() };
    }
  }

  /** Bytes of all sketches, those of windows too. */
  get sketchBytes(): number {
    return this.whole.memoryUsage().total + this.counts.memoryUsage().total;
  }

  /** Bytes of all exact values, about. */
  get exactBytes(): number {
    const parts = [...this.#exactOf.values(), ...(this.exact ? [this.exact] : [])];
    return parts.reduce((sum, part) => sum + part.memoryUsage().total, 0);
  }

  dispose(): void {
    this.whole.dispose();
    this.counts.dispose();
    this.windows.dispose();
    this.#exactWindows.dispose();
  }

  async *#records(): AsyncGenerator<readonly StreamRecord[]> {
    for await (const lines of this.#batches) {
      const records = lines.flatMap((line) => this.#parse(line));
      if (records.length === 0) continue;
      this.whole.add(records);
      this.counts.add(records.map(({ item }) => item));
      this.#addExactly(records);
      yield records;
    }
    if (this.exact) this.#take(this.#exactWindows.advance(Number.POSITIVE_INFINITY).drain());
  }

  #parse(line: string): readonly StreamRecord[] {
    if (line.trim() === '') return [];
    this.lines++;
    const records = this.format.parse(line);
    if (!records) this.malformed++;
    return records ?? [];
  }

  #addExactly(records: readonly StreamRecord[]): void {
    if (!this.exact) return;
    this.exact.add(records);
    this.#take(this.#exactWindows.add(records).drain());
    if (this.exact.memoryUsage().total + this.#exactWindows.memoryUsage().total <= MOST_EXACT_BYTES) return;
    this.givenUpAt = this.exact.amounts.length;
    this.exact = undefined;
    this.#exactWindows.dispose();
    this.#exactOf.clear();
  }

  #take(results: readonly WindowResult<Exact>[]): void {
    for (const { start, sketch } of results) this.#exactOf.set(start, sketch);
  }
}

/** By the lines that come first; undefined while there are none but empty ones. */
function detect(lines: readonly string[]): StreamFormat | undefined {
  const some = lines.filter((line) => line.trim() !== '').slice(0, 20);
  if (some.length === 0) return undefined;
  const formats = some.map((line) => accessLog(line)).filter((format) => format !== undefined);
  return formats.length * 2 >= some.length ? formats[0] : words();
}

function typed<State extends Summary | Exact>() {
  return {
    time: ({ time }: StreamRecord) => time,
    add: (state: State, records: readonly StreamRecord[]) => state.add(records),
  };
}
