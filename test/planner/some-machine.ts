import type { Machine } from '../../src/planner/machine.ts';

const rates = (perSecond: readonly number[]) =>
  perSecond.map((rate, i) => ({ bytes: [32_768, 1_048_576, 16_777_216, 268_435_456][i]!, perSecond: rate }));

/** A machine in round numbers, so that plans are the same wherever the tests run. */
export const MACHINE: Machine = {
  name: 'round numbers',
  date: '2026-01-01',
  runtime: 'Node 24.0.0',
  tier: 'simd',
  streaming: rates([60e9, 40e9, 30e9, 20e9]),
  gather: rates([1e9, 400e6, 100e6, 40e6]),
  float32: 30e9,
  int8: 30e9,
  hash: 200e6,
  call: 50e-9,
  jitter: 1.3,
};
