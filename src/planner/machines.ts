import { LanewiseError } from '../host/errors.ts';
import type { Machine } from './machine.ts';

/**
 * Machines that `calibrate()` has measured, to plan with where yours has not been: one thread each of a shared server with AVX-512,
 * medians of some hundred measurements while other work went on beside it. The first is what plans are made for
 * unless they are told.
 */
export const machines: Readonly<Record<string, Machine>> = {
  'cloud-xeon-node24': {
    name: 'cloud-xeon-node24',
    date: '2026-11-21',
    runtime: 'Node 24.21.0',
    tier: 'relaxed',
    streaming: [
      { bytes: 16384, perSecond: 74.4e9 },
      { bytes: 524288, perSecond: 49e9 },
      { bytes: 8388608, perSecond: 13.8e9 },
      { bytes: 25165824, perSecond: 13.2e9 },
      { bytes: 41943040, perSecond: 13.1e9 },
      { bytes: 67108864, perSecond: 12.5e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 363e6 },
      { bytes: 524288, perSecond: 42.9e6 },
      { bytes: 8388608, perSecond: 25.6e6 },
      { bytes: 33554432, perSecond: 13.9e6 },
      { bytes: 67108864, perSecond: 10.9e6 },
    ],
    float32: 24.6e9,
    int8: 93.4e9,
    hash: 182e6,
    call: 6.68e-9,
    jitter: 1.89,
  },
  'cloud-xeon-node20': {
    name: 'cloud-xeon-node20',
    date: '2026-11-21',
    runtime: 'Node 20.20.2',
    tier: 'simd',
    streaming: [
      { bytes: 16384, perSecond: 74.9e9 },
      { bytes: 524288, perSecond: 41.2e9 },
      { bytes: 8388608, perSecond: 12.8e9 },
      { bytes: 25165824, perSecond: 11.9e9 },
      { bytes: 41943040, perSecond: 11.7e9 },
      { bytes: 67108864, perSecond: 11.2e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 363e6 },
      { bytes: 524288, perSecond: 42.7e6 },
      { bytes: 8388608, perSecond: 23.5e6 },
      { bytes: 33554432, perSecond: 13.6e6 },
      { bytes: 67108864, perSecond: 10.7e6 },
    ],
    float32: 25.1e9,
    int8: 16.1e9,
    hash: 191e6,
    call: 5.72e-9,
    jitter: 2.07,
  },
};

/** A machine by its name. @throws LanewiseError `INVALID_ARGUMENT`, which lists the names there are */
export function machineNamed(name: string): Machine {
  const machine = Object.hasOwn(machines, name) ? machines[name] : undefined;
  if (machine) return machine;
  const known = Object.keys(machines);
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `There is no machine '${name}'. Take one of: ${known.join(', ')}; or measure yours by calibrate().`,
    { expected: known, got: name },
  );
}
