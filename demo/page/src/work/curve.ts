import { compare } from 'lanewise/evaluate';
import { type Effort, FlatIndex, type LongCallOptions, type SearchResult } from 'lanewise/search';
import { type Matrix, selectRows } from '../../../matrix.ts';
import {
  type Approximate,
  isApproximate,
  type Method,
  type Subject as Shared,
} from '../../../methods/method.ts';
import { METHODS } from '../../../methods.ts';
import type { Subject, Tell } from './protocol.ts';

const HELD_OUT = 200;
/** Efforts measured of each method. */
const EFFORTS = 9;
/** What browsers round their clocks to, with isolation and without. */
const CLOCK_MILLISECONDS = globalThis.crossOriginIsolated ? 0.005 : 0.1;
/** What is measured first: the plain loop takes longest, and tells least. */
const ORDER = ['certified', 'scan', 'ivf', 'hnsw', 'lsh', 'ivf-pq4', 'ivf-bits', 'loop'];

/** Recall against speed: every method in turn, at several efforts, on rows that no index holds. */
export class CurveJob {
  readonly #subject: Subject;
  readonly #tell: Tell;
  readonly #stopping = new AbortController();
  readonly #measured = new Map<string, Approximate>();
  #rows: Int32Array<ArrayBuffer> = new Int32Array();
  #heldOut: Int32Array<ArrayBuffer> = new Int32Array();

  constructor(subject: Subject, tell: Tell) {
    this.#subject = subject;
    this.#tell = tell;
  }

  /** Ends the measuring; what was measured can still be sent. */
  stop(): void {
    this.#stopping.abort();
  }

  /** The bytes of an index, for the page to load as its own. */
  send(method: string): void {
    const measured = this.#measured.get(method);
    if (!measured) throw new Error(`No index of ${method} was measured.`);
    const bytes = measured.index.toBytes();
    const rows = this.#rows.slice();
    const heldOut = this.#heldOut.slice();
    this.#tell({ kind: 'index', method, bytes, rows, heldOut }, [bytes.buffer]);
  }

  async measure(milliseconds: number, k: number): Promise<void> {
    try {
      await this.#measureAll(milliseconds, k);
    } catch (error) {
      if (!this.#stopping.signal.aborted) throw error;
    }
  }

  async #measureAll(milliseconds: number, k: number): Promise<void> {
    const { metric } = this.#subject;
    const { kept, queries } = this.#split();
    const { signal } = this.#stopping;
    const start = performance.now();
    const flat = await FlatIndex.create({ dimensions: kept.dimensions, metric });
    await flat.build(kept.data, { signal });
    const shared: Shared = { rows: kept, metric, flat, flatMilliseconds: performance.now() - start };
    const truth = flat.search(queries.data, { k });
    const methods = METHODS.filter(({ metrics }) => metrics.includes(metric)).toSorted(
      (a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name),
    );
    for (const [place, method] of methods.entries()) {
      const share = (part: number, text: string): void =>
        this.#tell({ kind: 'progress', done: (place + part) / methods.length, text });
      share(0, `${method.title}: building`);
      const built = await method.build(shared, {
        signal,
        onProgress: ({ done, total }) => share((0.5 * done) / total, `${method.title}: building`),
      });
      if (isApproximate(built)) this.#measured.set(method.name, built);
      const efforts = isApproximate(built) ? thin(built.index.efforts()) : [undefined];
      for (const [number, effort] of efforts.entries()) {
        const name = `${method.title}${effort ? `, ${describe(effort)}` : ''}`;
        share(0.5 + (0.5 * number) / efforts.length, name);
        const options = effort ?? (isApproximate(built) ? {} : (built.options ?? {}));
        const recall = await this.#measurePoint(method, built, { options, effort }, queries, {
          k,
          truth,
          milliseconds,
          signal,
        });
        // Efforts beyond the first that finds everything only cost.
        if (recall === 1) break;
      }
    }
    this.#tell({ kind: 'progress', done: 1, text: 'Measured.' });
  }

  async #measurePoint(
    { name, title }: Method,
    built: Awaited<ReturnType<Method['build']>>,
    {
      options,
      effort,
    }: { readonly options: Readonly<Record<string, unknown>>; readonly effort: Effort | undefined },
    queries: Matrix,
    how: { k: number; truth: SearchResult; milliseconds: number; signal: AbortSignal } & LongCallOptions,
  ): Promise<number> {
    const [report] = await compare([{ name, index: built.index, options }], queries.data, how);
    const { recall, mean, median, p95 } = report!;
    this.#tell({
      kind: 'point',
      point: {
        method: name,
        title,
        effort: effort ?? {},
        recall,
        // A rounded clock has no true median; but where other programs interrupted, the mean tells of them.
        rate: 1000 / Math.min(mean, median + CLOCK_MILLISECONDS),
        p95,
        isExact: !isApproximate(built),
      },
    });
    return recall;
  }

  /** Rows at even steps are held out of the indexes, as queries. */
  #split(): { kept: Matrix; queries: Matrix } {
    const { data, dimensions } = this.#subject;
    const rows = data.length / dimensions;
    const count = Math.max(1, Math.min(HELD_OUT, Math.floor(rows / 10)));
    const step = Math.floor(rows / count);
    const all = Int32Array.from({ length: rows }, (_, row) => row);
    const isHeldOut = (row: number): boolean => row % step === step - 1 && row < step * count;
    this.#rows = all.filter((row) => !isHeldOut(row));
    this.#heldOut = all.filter(isHeldOut);
    const matrix: Matrix = { rows, dimensions, data };
    return { kept: selectRows(matrix, this.#rows), queries: selectRows(matrix, this.#heldOut) };
  }
}

/** At most so many, evenly spread, the first and the last among them. */
function thin(efforts: readonly Effort[]): readonly Effort[] {
  if (efforts.length <= EFFORTS) return efforts;
  return Array.from(
    { length: EFFORTS },
    (_, i) => efforts[Math.round((i * (efforts.length - 1)) / (EFFORTS - 1))]!,
  );
}

function describe(effort: Effort): string {
  return Object.entries(effort)
    .map(([option, value]) => `${option} ${value}`)
    .join(', ');
}
