import { LanewiseError } from '../host/errors.ts';
import type { Machine } from './machine.ts';

/**
 * Machines that `calibrate()` has measured, to plan with where yours has not been: one thread each. The first is what plans are made for
 * unless they are told.
 */
export const machines: Readonly<Record<string, Machine>> = {
  'cloud-xeon-node24': {
    name: 'cloud-xeon-node24',
    date: '2026-11-21',
    runtime: 'Node 24.21.0',
    tier: 'relaxed',
    streaming: [
      { bytes: 16384, perSecond: 105e9 },
      { bytes: 524288, perSecond: 70e9 },
      { bytes: 8388608, perSecond: 25e9 },
      { bytes: 67108864, perSecond: 11e9 },
    ],
    gather: [
      { bytes: 16384, perSecond: 580e6 },
      { bytes: 524288, perSecond: 120e6 },
      { bytes: 8388608, perSecond: 62e6 },
      { bytes: 67108864, perSecond: 39e6 },
    ],
    float32: 29.8e9,
    int8: 108e9,
    hash: 486e6,
    call: 3.4e-9,
    jitter: 1.5,
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
