import { LanewiseError } from '../host/errors.ts';
import type { Machine } from './machine.ts';

/**
 * Machines that `calibrate()` has measured, to plan with where yours has not been: one thread each of a shared server with AVX-512. The
 * first is what plans are made for unless they are told.
 */
export const machines: Readonly<Record<string, Machine>> = {
  'cloud-xeon-node24': {
    name: 'cloud-xeon-node24',
    date: '2026-11-21',
    runtime: 'Node 24.21.0',
    tier: 'relaxed',
    streaming: [
      { bytes: 16384, perSecond: 103e9 },
      { bytes: 524288, perSecond: 77e9 },
      { bytes: 8388608, perSecond: 14e9 },
      { bytes: 25165824, perSecond: 14.5e9 },
      { bytes: 41943040, perSecond: 13.3e9 },
      { bytes: 67108864, perSecond: 12.2e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 650e6 },
      { bytes: 524288, perSecond: 98e6 },
      { bytes: 8388608, perSecond: 35.5e6 },
      { bytes: 33554432, perSecond: 18.3e6 },
      { bytes: 67108864, perSecond: 13.2e6 },
    ],
    float32: 29.3e9,
    int8: 105e9,
    hash: 599e6,
    call: 4.46e-9,
    jitter: 1.87,
  },
  'cloud-xeon-node20': {
    name: 'cloud-xeon-node20',
    date: '2026-11-21',
    runtime: 'Node 20.20.2',
    tier: 'simd',
    streaming: [
      { bytes: 16384, perSecond: 114e9 },
      { bytes: 524288, perSecond: 68e9 },
      { bytes: 8388608, perSecond: 13e9 },
      { bytes: 25165824, perSecond: 13e9 },
      { bytes: 41943040, perSecond: 12.4e9 },
      { bytes: 67108864, perSecond: 11.8e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 677e6 },
      { bytes: 524288, perSecond: 183e6 },
      { bytes: 8388608, perSecond: 33.8e6 },
      { bytes: 33554432, perSecond: 17.4e6 },
      { bytes: 67108864, perSecond: 13.2e6 },
    ],
    float32: 29.4e9,
    int8: 18.4e9,
    hash: 592e6,
    call: 3.58e-9,
    jitter: 2.24,
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
