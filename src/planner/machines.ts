import { LanewiseError } from '../host/errors.ts';
import type { Machine } from './machine.ts';

/**
 * Machines that `calibrate()` has measured, to plan with where yours has not been: one thread each of a shared server with AVX-512,
 * medians of some hundred calibrations at the faster of the two paces that it has. The first is what plans are made for unless they are told.
 */
export const machines: Readonly<Record<string, Machine>> = {
  'cloud-xeon-node24': {
    name: 'cloud-xeon-node24',
    date: '2026-11-22',
    runtime: 'Node 24.21.0',
    tier: 'relaxed',
    streaming: [
      { bytes: 16384, perSecond: 123e9 },
      { bytes: 524288, perSecond: 90.3e9 },
      { bytes: 8388608, perSecond: 28.5e9 },
      { bytes: 25165824, perSecond: 26.6e9 },
      { bytes: 41943040, perSecond: 20.9e9 },
      { bytes: 67108864, perSecond: 12.9e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 730e6 },
      { bytes: 524288, perSecond: 423e6 },
      { bytes: 8388608, perSecond: 83.6e6 },
      { bytes: 25165824, perSecond: 65.7e6 },
      { bytes: 41943040, perSecond: 59.9e6 },
      { bytes: 67108864, perSecond: 19.8e6 },
    ],
    float32: 31.1e9,
    int8: 111e9,
    hash: 669e6,
    call: 2.87e-9,
    jitter: 1.96,
  },
  'cloud-xeon-node20': {
    name: 'cloud-xeon-node20',
    date: '2026-11-22',
    runtime: 'Node 20.20.2',
    tier: 'simd',
    streaming: [
      { bytes: 16384, perSecond: 120e9 },
      { bytes: 524288, perSecond: 88.8e9 },
      { bytes: 8388608, perSecond: 27.2e9 },
      { bytes: 25165824, perSecond: 25.5e9 },
      { bytes: 41943040, perSecond: 18.5e9 },
      { bytes: 67108864, perSecond: 11.4e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 726e6 },
      { bytes: 524288, perSecond: 417e6 },
      { bytes: 8388608, perSecond: 81.9e6 },
      { bytes: 25165824, perSecond: 62.3e6 },
      { bytes: 41943040, perSecond: 56.8e6 },
      { bytes: 67108864, perSecond: 17.9e6 },
    ],
    float32: 31.3e9,
    int8: 19.2e9,
    hash: 651e6,
    call: 3.05e-9,
    jitter: 1.9,
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
