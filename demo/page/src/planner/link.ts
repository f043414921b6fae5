import { bounded, FIELDS, HERE, METRICS, USUAL, type Wish } from './wish.ts';

const NUMBER = /^\d{1,15}(\.\d{1,20})?(e[+-]?\d{1,2})?$/;
const METRIC = 'm';
const MACHINE = 'on';
/** Of what a link says wrongly, as much is told again. */
const TOLD = 20;

/** What a link asks for, and a sentence on everything in it that was not taken as it stands. */
export interface ReadLink {
  readonly wish: Wish;
  readonly notes: readonly string[];
}

/** Reads the form from the parameters of a link; what is missing is as usual. `machines` are the keys of those known. */
export function readLink(parameters: URLSearchParams, machines: readonly string[]): ReadLink {
  const wish: { -readonly [Name in keyof Wish]: Wish[Name] } = { ...USUAL, machine: machines[0] ?? '' };
  const notes: string[] = [];
  for (const field of FIELDS) {
    const text = parameters.get(field.key);
    if (text === null) continue;
    const value = NUMBER.test(text) ? Number(text) * field.scale : Number.NaN;
    if (!Number.isFinite(value)) {
      notes.push(`${field.label} was ignored: ${told(text)} is no number it could be.`);
      continue;
    }
    wish[field.name] = bounded(field, value);
    if (value < field.stops[0]! || value > field.stops.at(-1)!) {
      const bound = `${field.text(wish[field.name])} ${field.unit}`.trim();
      notes.push(`${field.label} was set to ${bound}, the nearest there is to ${told(text)}.`);
    }
  }
  const metric = parameters.get(METRIC);
  const known = METRICS.find(({ key }) => key === metric);
  if (known) wish.metric = known.key;
  else if (metric !== null) notes.push(`Metric was ignored: ${told(metric)} is none of them.`);
  const machine = parameters.get(MACHINE);
  if (machine === HERE || machines.includes(machine ?? '')) wish.machine = machine!;
  else if (machine !== null) notes.push(`Machine was ignored: ${told(machine)} is not on the list.`);
  return { wish, notes };
}

/** Writes into the parameters of a link what differs from the usual; what else they hold stays. */
export function writeLink(wish: Wish, parameters: URLSearchParams, machines: readonly string[]): void {
  const set = (key: string, value: string, usual: string): void => {
    if (value === usual) parameters.delete(key);
    else parameters.set(key, value);
  };
  for (const { name, key, scale } of FIELDS) {
    set(key, String(wish[name] / scale), String(USUAL[name] / scale));
  }
  set(METRIC, wish.metric, USUAL.metric);
  set(MACHINE, wish.machine, machines[0] ?? '');
}

/** Quoted, and no longer than can be read; letters that would turn the text around are left out. */
function told(text: string): string {
  const plain = [...text].filter((letter) => /[\p{L}\p{N}\p{P}\p{S} ]/u.test(letter));
  return `“${plain.slice(0, TOLD).join('')}${plain.length > TOLD ? '…' : ''}”`;
}
