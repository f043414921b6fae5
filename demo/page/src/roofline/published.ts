import { type HardwareName, type NumberFormat, type OperationTraffic, roofline } from 'lanewise/cost';

/** The limits of hardware that its maker publishes. */
export interface Published {
  readonly key: HardwareName;
  readonly label: string;
  readonly format: NumberFormat;
  /** 10^9 operations a second in that format, and GB/s. */
  readonly peak: number;
  readonly bandwidth: number;
  readonly source: string;
  readonly date: string;
}

/** A textbook's operation under the roof of some hardware. */
export interface PlacedOperation {
  readonly name: string;
  /** FLOPs, bytes, and FLOPs a byte. */
  readonly traffic: OperationTraffic;
  /** 10^9 operations a second that the roof allows. */
  readonly rate: number;
  readonly bound: 'compute' | 'memory';
  /** Of the peak, 0..1. */
  readonly share: number;
  /** Milliseconds, at the least. */
  readonly time: number;
}

const NAMES: Readonly<Record<string, string>> = { apple: 'Apple', raspberry: 'Raspberry', pi: 'Pi' };

/** Hardware whose source tells a rate to compute at, by its key. */
export function publishedHardware(): readonly Published[] {
  return (Object.keys(roofline.hardware) as HardwareName[]).flatMap((key) => {
    const { peak: peaks, bandwidth, source, date } = roofline.hardware[key];
    const format = (['float16', 'float32'] as const).find((known) => peaks[known] !== undefined);
    if (!format) return [];
    const label = key
      .split('-')
      .map((word) => NAMES[word] ?? word.toUpperCase())
      .join(' ');
    return [{ key, label, format, peak: peaks[format]! / 1e9, bandwidth: bandwidth / 1e9, source, date }];
  });
}

/** The operations that a roofline is usually explained with, and vector search as a product of matrices. */
export function operationsOn(roofs: {
  readonly peak: number;
  readonly bandwidth: number;
  readonly format: NumberFormat;
}): readonly PlacedOperation[] {
  const { format: dtype } = roofs;
  const hardware = { peak: roofs.peak * 1e9, bandwidth: roofs.bandwidth * 1e9 };
  const operations: readonly (readonly [string, OperationTraffic])[] = [
    ['product of 4096 × 4096', roofline.matmul({ m: 4096, k: 4096, n: 4096, dtype })],
    ['attention, 32 heads', roofline.attention({ heads: 32, tokens: 2048, headDimensions: 128, dtype })],
    ['64 queries, 1M × 96', roofline.matmul({ m: 1_000_000, k: 96, n: 64, dtype })],
    ['softmax', roofline.softmax({ rows: 32, columns: 2048, dtype })],
    ['1 query, 1M × 96', roofline.matvec({ rows: 1_000_000, columns: 96, dtype })],
    ['ReLU', roofline.elementwise({ elements: 1024 * 4096, dtype })],
    ['embedding look-up', roofline.embedding({ rows: 4096, dimensions: 768, dtype })],
  ];
  return operations.map(([name, traffic]) => {
    const { flops, bytes } = traffic;
    const { attainable, bound, utilization, time } = roofline.place({ flops, bytes, hardware });
    return { name, traffic, rate: attainable / 1e9, bound, share: utilization, time };
  });
}
