/** From a value to pixels, and which values an axis names. */
export interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

type Range = readonly [from: number, to: number];

function scaled(
  transform: (value: number) => number,
  [low, high]: Range,
  [from, to]: Range,
): (value: number) => number {
  const [start, end] = [transform(low), transform(high)];
  return (value) => from + ((transform(value) - start) / (end - start)) * (to - from);
}

/** Equal ratios are equal distances. Ticks at powers of ten, and at 2 and 5 times these where there is room. */
export function logScale(domain: Range, range: Range): Scale {
  const [low, high] = domain;
  const decades = Math.log10(high / low);
  const pixels = Math.abs(range[1] - range[0]) / decades;
  const steps = pixels > 190 ? [1, 2, 5] : pixels > 90 ? [1, 3] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const step of steps) ticks.push(step * 10 ** power);
  }
  return {
    ticks: ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001),
    at: scaled(Math.log10, domain, range),
  };
}

const RECALLS = [0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1];
/** What a recall of 1 lacks, for its logarithm: about what some hundred queries can tell. */
const RESOLUTION = 1e-3;
const LEAST_PIXELS = 34;

/** Recalls by what they miss, so that .99 lies as far from .9 as .9 from 0. */
export function recallScale(low: number, range: Range): Scale {
  const at = scaled((recall) => -Math.log10(1 - recall + RESOLUTION), [low, 1], range);
  const ticks: number[] = [1];
  for (const tick of RECALLS.toReversed()) {
    if (tick >= low && Math.abs(at(tick) - at(ticks[0]!)) >= LEAST_PIXELS) ticks.unshift(tick);
  }
  return { ticks, at };
}
