/** A stream as windows take it. */
export interface Stream {
  readonly times: readonly number[];
  readonly disorder: number;
  readonly lateness: number;
}

export interface Grouped {
  /** The values of each window, `start..end` to places in the stream, in order of arrival. */
  readonly windows: ReadonlyMap<string, readonly number[]>;
  readonly late: readonly number[];
}

/** Every event into every window of its time, unless that had gone when the event came. */
export function groupBySpan({ times, disorder, lateness }: Stream, size: number, slide: number): Grouped {
  const windows = new Map<string, number[]>();
  const late: number[] = [];
  let watermark = Number.NEGATIVE_INFINITY;
  for (const [place, time] of times.entries()) {
    let isTaken = false;
    const earliest = Math.floor((time - size) / slide) - 1;
    for (let window = earliest; window * slide <= time; window++) {
      const [start, end] = [window * slide, window * slide + size];
      if (time >= end || watermark >= end + lateness) continue;
      isTaken = true;
      windows.set(`${start}..${end}`, [...(windows.get(`${start}..${end}`) ?? []), place]);
    }
    if (!isTaken) late.push(place);
    else watermark = Math.max(watermark, time - disorder);
  }
  return { windows, late };
}

/** Every event into a session of its own, which then unites with all that it overlaps and that have not gone. */
export function groupBySession({ times, disorder, lateness }: Stream, gap: number): Grouped {
  const sessions: { start: number; end: number; places: number[] }[] = [];
  const gone: typeof sessions = [];
  const late: number[] = [];
  let watermark = Number.NEGATIVE_INFINITY;
  for (const [place, time] of times.entries()) {
    for (const session of sessions.filter(({ end }) => end + lateness <= watermark)) {
      sessions.splice(sessions.indexOf(session), 1);
      gone.push(session);
    }
    const touched = sessions.filter(({ start, end }) => time < end && start < time + gap);
    if (touched.length === 0 && time + gap + lateness <= watermark) {
      late.push(place);
      continue;
    }
    for (const session of touched) sessions.splice(sessions.indexOf(session), 1);
    sessions.push({
      start: Math.min(time, ...touched.map(({ start }) => start)),
      end: Math.max(time + gap, ...touched.map(({ end }) => end)),
      places: [...touched.flatMap(({ places }) => places), place].sort((a, b) => a - b),
    });
    watermark = Math.max(watermark, time - disorder);
  }
  const all = [...gone, ...sessions].map(({ start, end, places }) => [`${start}..${end}`, places] as const);
  return { windows: new Map(all), late };
}
