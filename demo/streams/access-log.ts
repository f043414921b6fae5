import type { StreamFormat, StreamRecord } from './records.ts';

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const MINUTE = 60_000;
const DAY = 86_400_000;

// Apache's common and combined formats: host ident user [time] "request" status bytes "referrer" "agent", and what may follow.
const LINE =
  /^(\S+) \S+ .*?\[([^\]]+)\] "((?:[^"\\]|\\.)*)" \d{3} (\d+|-)(?: "(?:[^"\\]|\\.)*" "(?:[^"\\]|\\.)*")?(.*)$/;
const TIME = /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const REQUEST = /^[A-Z]+ ([^ ?]+)/;
/** Seconds with decimals, as nginx writes them, or whole microseconds, Apache's %D. */
const LATENCY = /(?:^|[ =])(\d+)(\.\d+)?$/;

/** Milliseconds since 1970 of "10/Oct/2000:13:55:36 -0700"; NaN where it is none. */
export function parseLogTime(text: string): number {
  const parts = TIME.exec(text);
  if (!parts) return Number.NaN;
  const [, day, month, year, hours, minutes, seconds, sign, zoneHours, zoneMinutes] = parts;
  const place = MONTHS.indexOf(month);
  if (place < 0 || place % 3 !== 0) return Number.NaN;
  const local = Date.UTC(+year, place / 3, +day, +hours, +minutes, +seconds);
  return local - (sign === '-' ? -1 : 1) * (+zoneHours * 60 + +zoneMinutes) * MINUTE;
}

function parse(line: string, hasLatency: boolean): StreamRecord | undefined {
  const [, source, when, request, bytes, more] = LINE.exec(line) ?? [];
  const item = REQUEST.exec(request ?? '')?.[1];
  const latency = LATENCY.exec(more ?? '');
  if (item === undefined || (hasLatency && !latency)) return undefined;
  const time = parseLogTime(when);
  if (Number.isNaN(time)) return undefined;
  const [, whole, decimals] = latency ?? [];
  const milliseconds = decimals === undefined ? +whole / 1000 : +`${whole}${decimals}` * 1000;
  return { time, item, source, amount: hasLatency ? milliseconds : bytes === '-' ? 0 : +bytes };
}

function formatTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** The format of an access log; undefined where a line is of none. */
export function accessLog(line: string): StreamFormat | undefined {
  const hasLatency = parse(line, true) !== undefined;
  if (!parse(line, hasLatency)) return undefined;
  return {
    title: 'access log',
    ...{ records: 'requests', item: 'path', sources: 'addresses' },
    amount: hasLatency ? 'milliseconds' : 'bytes',
    ...{ unit: 1000, defaultWindow: 60 },
    // Servers write a line when a request ends, with the time when it began.
    disorder: 5000,
    maxAhead: DAY,
    parse: (text) => {
      const record = parse(text, hasLatency);
      return record && [record];
    },
    formatSpan: (start, end) => `${formatTime(start)} to ${formatTime(end).slice(11)}`,
  };
}
