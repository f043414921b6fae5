import { given } from '../options.ts';
import { checkCount, checkQuantity, finite } from '../quantity.ts';
import { bytesOf, type NumberFormat } from './number-format.ts';
import { type RunsOn, time } from './roofs.ts';

/** One operation of a chain. */
export interface KernelFusionStep {
  /** Arrays that it reads beside what the step before it made: 1 for a residual. @default 0 */
  readonly operands?: number;
  /** FLOPs an element. @default 1 */
  readonly flopsPerElement?: number;
}

/** A chain of operations, element by element, each on what the one before it made. */
export interface KernelFusionOptions extends Partial<RunsOn> {
  readonly elements: number;
  /** The chain; a number stands for as many steps of one FLOP each. */
  readonly steps: number | readonly KernelFusionStep[];
  /** @default 'float16' */
  readonly dtype?: NumberFormat;
}

/** What fusing saves. */
export interface KernelFusionSavings {
  /** Bytes moved by one kernel a step. */
  readonly unfused: number;
  /** Bytes moved by one kernel for all. */
  readonly fused: number;
  readonly saved: number;
  /** Without `hardware`, unfused / fused, as where memory holds both back; else by the times at its roof. */
  readonly speedup: number;
}

/**
 * What a chain saves in one kernel: on its own, each step reads its input and its operands and writes its result; fused, the
 * first input and all operands are read, and the last result written (Williams and others, "Roofline", 2009, on raising the
 * intensity). s steps of no operands: 2s arrays against 2.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example roofline.fusion({ elements: 1 << 20, steps: 3 }).speedup; // 6 arrays against 2 = 3
 */
export function fusion(options: KernelFusionOptions): KernelFusionSavings {
  const elements = checkCount('elements', options?.elements);
  const array = bytesOf(elements, options.dtype);
  const { steps } = options;
  const alike = !Array.isArray(steps);
  const chain: readonly KernelFusionStep[] = alike ? [{}] : steps;
  const repeats = checkCount('steps', alike ? steps : chain.length) / chain.length;
  const { hardware, dtype } = options;
  const runs = hardware === undefined ? undefined : { hardware, ...(dtype !== undefined && { dtype }) };
  let operands = 0;
  let flops = 0;
  let apart = 0;
  for (const step of chain) {
    const reads = checkCount('operands', given(step).operands ?? 0, 0);
    const work = checkQuantity('flopsPerElement', step.flopsPerElement ?? 1) * elements;
    operands += reads;
    flops += work;
    if (runs)
      apart += time({ flops: finite('flops', work), bytes: finite('bytes', (reads + 2) * array), ...runs });
  }
  const unfused = finite('bytes', repeats * (2 * chain.length + operands) * array);
  const fused = (2 + operands) * array;
  const together = runs && time({ flops: finite('flops', repeats * flops), bytes: fused, ...runs });
  return {
    unfused,
    fused,
    saved: unfused - fused,
    speedup: finite('the speed-up', together ? (repeats * apart) / together : unfused / fused),
  };
}
