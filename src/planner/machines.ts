import { LanewiseError } from '../host/errors.ts';
import type { Machine } from './machine.ts';

/**
 * Machines that `calibrate()` has measured, to plan with where yours has not been: one thread each of a shared server with AVX-512,
 * medians of some ninety calibrations at the faster of the two paces that it has. The first is what plans are made for unless they are told.
 */
export const machines: Readonly<Record<string, Machine>> = {
  'cloud-xeon-node24': {
    name: 'cloud-xeon-node24',
    date: '2026-11-22',
    runtime: 'Node 24.21.0',
    tier: 'relaxed',
    streaming: [
      { bytes: 16384, perSecond: 125e9 },
      { bytes: 524288, perSecond: 90.5e9 },
      { bytes: 8388608, perSecond: 29.4e9 },
      { bytes: 25165824, perSecond: 27.6e9 },
      { bytes: 41943040, perSecond: 24.9e9 },
      { bytes: 67108864, perSecond: 18.1e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 733e6 },
      { bytes: 524288, perSecond: 425e6 },
      { bytes: 8388608, perSecond: 45.3e6 },
      { bytes: 25165824, perSecond: 42.4e6 },
      { bytes: 41943040, perSecond: 41e6 },
      { bytes: 67108864, perSecond: 25.6e6 },
    ],
    float32: 31.1e9,
    int8: 112e9,
    hash: 678e6,
    call: 2.75e-9,
    jitter: 1.84,
  },
  'cloud-xeon-node20': {
    name: 'cloud-xeon-node20',
    date: '2026-11-22',
    runtime: 'Node 20.20.2',
    tier: 'simd',
    streaming: [
      { bytes: 16384, perSecond: 121e9 },
      { bytes: 524288, perSecond: 90.4e9 },
      { bytes: 8388608, perSecond: 28.4e9 },
      { bytes: 25165824, perSecond: 27e9 },
      { bytes: 41943040, perSecond: 22.6e9 },
      { bytes: 67108864, perSecond: 13.4e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 745e6 },
      { bytes: 524288, perSecond: 425e6 },
      { bytes: 8388608, perSecond: 42.3e6 },
      { bytes: 25165824, perSecond: 39.3e6 },
      { bytes: 41943040, perSecond: 37.5e6 },
      { bytes: 67108864, perSecond: 21.6e6 },
    ],
    float32: 32.1e9,
    int8: 19.7e9,
    hash: 683e6,
    call: 2.86e-9,
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
