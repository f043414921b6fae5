import type { Machine } from '../planner/index.ts';
import { readBytes } from './files.ts';
import { UsageError } from './usage-error.ts';

const RATES = ['float32', 'int8', 'hash', 'call', 'jitter'] as const;

/** A machine that `lanewise calibrate --save` wrote. @throws UsageError */
function readMachine(path: string): Machine {
  const text = readBytes(path).toString('utf8');
  const machine = parse(text);
  if (machine) return machine;
  throw new UsageError(`${path} is no machine: give what \`lanewise calibrate --save ${path}\` writes`);
}

/** A machine by its name or its file. @throws UsageError */
export async function machineOf(nameOrFile: string): Promise<Machine> {
  if (/\.json$|[/\\]/i.test(nameOrFile)) return readMachine(nameOrFile);
  const { machines } = await import('../planner/index.ts');
  if (Object.hasOwn(machines, nameOrFile)) return machines[nameOrFile]!;
  const known = Object.keys(machines).join(', ');
  throw new UsageError(`no machine '${nameOrFile}' is known: --machine takes ${known}, or a .json file`);
}

function parse(text: string): Machine | undefined {
  try {
    const machine: unknown = JSON.parse(text);
    return isMachine(machine) ? machine : undefined;
  } catch {
    return undefined;
  }
}

function isMachine(value: unknown): value is Machine {
  if (typeof value !== 'object' || value === null) return false;
  const machine = value as Partial<Machine>;
  return (
    typeof machine.name === 'string' &&
    RATES.every((name) => isRate(machine[name])) &&
    [machine.streaming, machine.gather].every(
      (blocks) =>
        Array.isArray(blocks) &&
        blocks.length > 0 &&
        blocks.every((block) => isRate(block?.bytes) && isRate(block.perSecond)),
    )
  );
}

function isRate(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
