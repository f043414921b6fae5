import type { Machine } from 'lanewise/planner';

const KEY = 'lanewise-machine';

/** What `calibrate()` found in this browser, now or on an earlier visit. */
export function storedMachine(): Machine | undefined {
  try {
    const machine: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    return isMachine(machine) ? machine : undefined;
  } catch {
    return undefined; // storage is switched off, or holds what is not ours
  }
}

export function storeMachine(machine: Machine): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(machine));
  } catch {
    // then it lasts as long as the page
  }
}

/** Whether every rate is there, and a rate: a page of another version may have written what is stored. */
function isMachine(value: unknown): value is Machine {
  if (typeof value !== 'object' || value === null) return false;
  const machine = value as Readonly<Record<keyof Machine, unknown>>;
  const { streaming, gather, name, date, float32, int8, hash, call, jitter } = machine;
  return (
    [streaming, gather].every(areRates) &&
    [float32, int8, hash, call, jitter].every(isRate) &&
    typeof name === 'string' &&
    typeof date === 'string'
  );
}

function areRates(blocks: unknown): boolean {
  return (
    Array.isArray(blocks) &&
    blocks.length > 0 &&
    blocks.every((block) => isRate(block?.bytes) && isRate(block?.perSecond))
  );
}

function isRate(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
