import { DDSketch, HyperLogLog, TopK } from 'lanewise';
import type { StreamRecord } from './records.ts';

/** How large the sketches are. */
export interface SummarySize {
  /** Keys of the TopK. */
  readonly capacity: number;
  /** Of the HyperLogLog. */
  readonly precision: number;
}

/** What sketches tell of records: a window's, or a stream's. */
export class Summary {
  readonly top: TopK;
  readonly distinct: HyperLogLog;
  readonly amounts: DDSketch;

  private constructor(top: TopK, distinct: HyperLogLog, amounts: DDSketch) {
    this.top = top;
    this.distinct = distinct;
    this.amounts = amounts;
  }

  static async create({ capacity, precision }: SummarySize): Promise<Summary> {
    return new Summary(
      await TopK.create({ capacity }),
      await HyperLogLog.create({ precision }),
      await DDSketch.create({ alpha: 0.01 }),
    );
  }

  add(records: readonly StreamRecord[]): void {
    this.top.add(records.map(({ item }) => item));
    this.distinct.add(records.map(({ source }) => source));
    this.amounts.add(Float64Array.from(records, ({ amount }) => amount));
  }

  merge(other: Summary): void {
    this.top.merge(other.top);
    this.distinct.merge(other.distinct);
    this.amounts.merge(other.amounts);
  }

  clone(): Summary {
    return new Summary(this.top.clone(), this.distinct.clone(), this.amounts.clone());
  }

  clear(): void {
    this.top.clear();
    this.distinct.clear();
    this.amounts.clear();
  }

  memoryUsage(): { readonly total: number } {
    const parts = [this.top, this.distinct, this.amounts].map((sketch) => sketch.memoryUsage().total);
    return { total: parts.reduce((a, b) => a + b) };
  }

  dispose(): void {
    this.top.dispose();
    this.distinct.dispose();
    this.amounts.dispose();
  }
}
