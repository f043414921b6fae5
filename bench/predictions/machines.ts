import type { BlockRate, Machine } from 'lanewise';

/** A machine between several measurements of it: geometric means of their rates. */
export function between(machines: readonly Machine[]): Machine {
  const mean = (rate: (machine: Machine) => number): number =>
    Math.exp(machines.reduce((sum, machine) => sum + Math.log(rate(machine)), 0) / machines.length);
  const blocks = (of: (machine: Machine) => readonly BlockRate[]): BlockRate[] =>
    of(machines[0]!).map(({ bytes }, i) => ({
      bytes,
      perSecond: mean((machine) => of(machine)[i]!.perSecond),
    }));
  return {
    ...machines[0]!,
    streaming: blocks(({ streaming }) => streaming),
    gather: blocks(({ gather }) => gather),
    float32: mean(({ float32 }) => float32),
    int8: mean(({ int8 }) => int8),
    hash: mean(({ hash }) => hash),
    call: mean(({ call }) => call),
    jitter: mean(({ jitter }) => jitter),
  };
}
