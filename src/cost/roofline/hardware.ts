import { LanewiseError } from '../../host/errors.ts';
import { checkPositive } from '../quantity.ts';
import { checkFormat, type NumberFormat } from './number-format.ts';

/** What a machine can do at most, by the document that says so. */
export interface Hardware {
  /**
   * Dense operations a second: FLOP/s, for int8 operations, a multiply-add counted as two. Of matrix units where a format
   * has them. Where the source tells rates with structured sparsity only, half of them. Empty where no source tells.
   */
  readonly peak: Readonly<Partial<Record<NumberFormat, number>>>;
  /** Of its memory, bytes a second. */
  readonly bandwidth: number;
  /** Bytes of that memory, the largest there is to buy where there is a choice; 1 GB as 1e9. */
  readonly memory?: number;
  /** How a peak or bandwidth comes about that the source gives in parts. */
  readonly arithmetic?: string;
  /** The document. */
  readonly source: string;
  /** Its year. */
  readonly date: string;
}

/** The names of {@link hardware}. */
export type HardwareName =
  | 'a100-40gb'
  | 'a100-80gb'
  | 'h100-sxm'
  | 'h100-pcie'
  | 'l4'
  | 't4'
  | 'rtx-4090'
  | 'mi300x'
  | 'apple-m1'
  | 'apple-m2'
  | 'apple-m3'
  | 'raspberry-pi-5'
  | 'epyc-7763'
  | 'epyc-9654';

/** The two roofs. */
export interface Roofs {
  /** FLOP/s. */
  readonly peak: number;
  /** Bytes a second. */
  readonly bandwidth: number;
}

/** Hardware by name, or its two roofs. */
export type HardwareChoice = HardwareName | Roofs;

const A100 = {
  float64: 19.5e12,
  float32: 19.5e12,
  tf32: 156e12,
  float16: 312e12,
  bfloat16: 312e12,
  int8: 624e12,
};

/** Machines, by what their makers publish: limits that no program reaches. `calibrate()` of lanewise/planner measures. */
export const hardware: Readonly<Record<HardwareName, Hardware>> = {
  'a100-40gb': {
    peak: A100,
    bandwidth: 1555e9,
    memory: 40e9,
    source: 'NVIDIA A100 Tensor Core GPU Architecture (whitepaper)',
    date: '2020',
  },
  'a100-80gb': {
    peak: A100,
    bandwidth: 2039e9,
    memory: 80e9,
    source: 'NVIDIA A100 Tensor Core GPU (data sheet), SXM',
    date: '2021',
  },
  'h100-sxm': {
    peak: {
      float64: 67e12,
      float32: 67e12,
      tf32: 494.5e12,
      float16: 989.5e12,
      bfloat16: 989.5e12,
      float8: 1979e12,
      int8: 1979e12,
    },
    bandwidth: 3.35e12,
    memory: 80e9,
    source: 'NVIDIA H100 Tensor Core GPU (data sheet), SXM; matrix rates halved from those with sparsity',
    date: '2023',
  },
  'h100-pcie': {
    peak: {
      float64: 51e12,
      float32: 51e12,
      tf32: 378e12,
      float16: 756.5e12,
      bfloat16: 756.5e12,
      float8: 1513e12,
      int8: 1513e12,
    },
    bandwidth: 2e12,
    memory: 80e9,
    source: 'NVIDIA H100 Tensor Core GPU (data sheet), PCIe; matrix rates halved from those with sparsity',
    date: '2023',
  },
  l4: {
    peak: {
      float32: 30.3e12,
      tf32: 60e12,
      float16: 121e12,
      bfloat16: 121e12,
      float8: 242.5e12,
      int8: 242.5e12,
    },
    bandwidth: 300e9,
    memory: 24e9,
    source: 'NVIDIA L4 Tensor Core GPU (data sheet); matrix rates halved from those with sparsity',
    date: '2023',
  },
  t4: {
    peak: { float32: 8.1e12, float16: 65e12, int8: 130e12 },
    bandwidth: 320e9,
    memory: 16e9,
    arithmetic: 'bandwidth: 32 bytes x 10e9 transfers/s',
    source: 'NVIDIA T4 Tensor Core GPU (data sheet and product brief)',
    date: '2018',
  },
  'rtx-4090': {
    peak: { float32: 82.6e12, tf32: 82.6e12, float16: 165.2e12, bfloat16: 165.2e12, int8: 660.6e12 },
    bandwidth: 1008e9,
    memory: 24e9,
    source: 'NVIDIA Ada GPU Architecture (whitepaper), sums in float32',
    date: '2022',
  },
  mi300x: {
    peak: {
      float64: 163.4e12,
      float32: 163.4e12,
      tf32: 653.7e12,
      float16: 1307.4e12,
      bfloat16: 1307.4e12,
      float8: 2614.9e12,
      int8: 2614.9e12,
    },
    bandwidth: 5.3e12,
    memory: 192e9,
    source: 'AMD Instinct MI300X Accelerator (data sheet)',
    date: '2023',
  },
  'apple-m1': {
    peak: { float32: 2.6e12 },
    bandwidth: 68.256e9,
    memory: 16e9,
    arithmetic: 'bandwidth: 16 bytes x 4.266e9 transfers/s',
    source:
      'Apple unleashes M1 (Apple Newsroom), its graphics; LPDDR4X-4266 by AnandTech, The 2020 Mac Mini Unleashed',
    date: '2020',
  },
  'apple-m2': {
    peak: {},
    bandwidth: 100e9,
    memory: 24e9,
    source: 'Apple unveils M2 (Apple Newsroom)',
    date: '2022',
  },
  'apple-m3': {
    peak: {},
    bandwidth: 100e9,
    memory: 24e9,
    source: 'MacBook Pro (14-inch, M3, Nov 2023): Tech Specs (Apple)',
    date: '2023',
  },
  'raspberry-pi-5': {
    peak: { float32: 153.6e9 },
    bandwidth: 17.068e9,
    memory: 8e9,
    arithmetic:
      'float32: 4 cores x 2 units x 4 lanes x 2 FLOP x 2.4e9 Hz; bandwidth: 4 bytes x 4.267e9 transfers/s',
    source:
      'Raspberry Pi 5 (product brief); Raspberry Pi Documentation, BCM2712 (32-bit memory); Arm Cortex-A76 Software Optimization Guide',
    date: '2023',
  },
  'epyc-7763': {
    peak: { float64: 2508.8e9, float32: 5017.6e9 },
    bandwidth: 204.8e9,
    arithmetic:
      'float32: 64 cores x 2 units x 8 lanes x 2 FLOP x 2.45e9 Hz (base clock); bandwidth: 8 channels x 8 bytes x 3.2e9 transfers/s',
    source: 'AMD EPYC 7763 (product page); AMD Software Optimization Guide for Family 19h',
    date: '2021',
  },
  'epyc-9654': {
    peak: { float64: 3686.4e9, float32: 7372.8e9 },
    bandwidth: 460.8e9,
    arithmetic:
      'float32: 96 cores x 2 units x 8 lanes x 2 FLOP x 2.4e9 Hz (base clock); bandwidth: 12 channels x 8 bytes x 4.8e9 transfers/s',
    source: 'AMD EPYC 9654 (product page); AMD Software Optimization Guide for Zen 4',
    date: '2022',
  },
};

/**
 * The two roofs of a choice. Without a format, float16 where the hardware states it, else float32; own roofs have but one.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for a name that the table does not hold (the message lists those it does), a
 *   format that its source tells nothing of, and roofs that are not above 0
 */
export function roofsOf(choice: HardwareChoice, dtype?: NumberFormat): Roofs {
  if (typeof choice !== 'string') {
    if (dtype !== undefined) checkFormat(dtype);
    if (choice?.peak === undefined && choice?.bandwidth === undefined) throw unknownHardware(choice);
    return {
      peak: checkPositive('hardware.peak', choice.peak),
      bandwidth: checkPositive('hardware.bandwidth', choice.bandwidth),
    };
  }
  if (!Object.hasOwn(hardware, choice)) throw unknownHardware(choice);
  const { peak: peaks, bandwidth } = hardware[choice];
  const format = dtype === undefined ? (peaks.float16 ? 'float16' : 'float32') : checkFormat(dtype);
  const peak = peaks[format];
  if (peak === undefined) {
    const expected = Object.keys(peaks);
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `No source tells the ${format} peak of ${choice} (${expected.join(', ') || 'nor any other'}): give { peak, bandwidth: ${bandwidth} }.`,
      { expected, got: format },
    );
  }
  return { peak, bandwidth };
}

function unknownHardware(got: unknown): LanewiseError {
  const expected = Object.keys(hardware);
  const what =
    typeof got === 'object' && got !== null
      ? `Hardware is a name by itself, or { peak, bandwidth }; got an object of ${Object.keys(got).join(', ') || 'nothing'}`
      : `No hardware '${String(got)}' is known`;
  return new LanewiseError(
    'INVALID_ARGUMENT',
    `${what}. Known: ${expected.join(', ')}; or give { peak, bandwidth }, FLOP/s and bytes/s.`,
    { expected, got },
  );
}
