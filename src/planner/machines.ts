import { LanewiseError } from '../host/errors.ts';
import type { Machine } from './machine.ts';

/**
 * Machines that `calibrate()` has measured, to plan with where yours has not been: one thread each of two shared servers, medians of some
 * hundred calibrations at the faster of the two paces that each has. The first, whose larger blocks were read in one stream, is what plans
 * are made for unless they are told.
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
  'cloud-epyc-node24': {
    name: 'cloud-epyc-node24',
    date: '2026-11-22',
    runtime: 'Node 24.21.0',
    tier: 'relaxed',
    streaming: [
      { bytes: 16384, perSecond: 109e9 },
      { bytes: 524288, perSecond: 103e9 },
      { bytes: 2097152, perSecond: 96.1e9 },
      { bytes: 12582912, perSecond: 84.5e9 },
      { bytes: 33554432, perSecond: 32.1e9 },
      { bytes: 67108864, perSecond: 26.3e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 487e6 },
      { bytes: 524288, perSecond: 262e6 },
      { bytes: 2097152, perSecond: 47.6e6 },
      { bytes: 12582912, perSecond: 21.1e6 },
      { bytes: 33554432, perSecond: 19.5e6 },
      { bytes: 67108864, perSecond: 18.2e6 },
    ],
    float32: 34.2e9,
    int8: 44.3e9,
    hash: 453e6,
    call: 3.86e-9,
    jitter: 1.32,
  },
  'cloud-epyc-node20': {
    name: 'cloud-epyc-node20',
    date: '2026-11-22',
    runtime: 'Node 20.20.2',
    tier: 'simd',
    streaming: [
      { bytes: 16384, perSecond: 109e9 },
      { bytes: 524288, perSecond: 101e9 },
      { bytes: 2097152, perSecond: 95.1e9 },
      { bytes: 12582912, perSecond: 81.6e9 },
      { bytes: 33554432, perSecond: 33.2e9 },
      { bytes: 67108864, perSecond: 27.4e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 506e6 },
      { bytes: 524288, perSecond: 310e6 },
      { bytes: 2097152, perSecond: 41.2e6 },
      { bytes: 12582912, perSecond: 20.9e6 },
      { bytes: 33554432, perSecond: 19.8e6 },
      { bytes: 67108864, perSecond: 18.7e6 },
    ],
    float32: 37.8e9,
    int8: 24.5e9,
    hash: 386e6,
    call: 3.56e-9,
    jitter: 1.19,
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
