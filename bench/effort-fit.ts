/** A quantity to be explained, and the logarithms by which. */
export interface Sample {
  /** Where it was measured: each group counts as much as every other. */
  readonly group: string;
  /** Groups of one kind of data, which differ in size. */
  readonly family: string;
  readonly height: number;
  readonly logarithms: Readonly<Record<string, number>>;
}

/** A curve, and how far the samples lie beside it. */
export interface Fit {
  readonly curve: Record<string, number>;
  /** One sample of fifty lies lower than the curve with the first, one of fifty higher than with the second. */
  readonly shifts: readonly [number, number];
}

/** The share of the groups that are to lie above a curve on average: who relies on it is seldom disappointed. */
const CONFIDENCE = 0.7;

/** Fits, each of the samples that the one before it puts into the range: selecting by what was measured would flatten slopes. */
const ROUNDS = 8;

/**
 * The slopes of least squares within the families, each with a level of its own, and then one level for all: so that most
 * groups lie above the curve on average. Of the samples, those count that the curve of their group puts into the range.
 */
export function fitCurve(samples: readonly Sample[], [least, most]: readonly [number, number]): Fit {
  const names = Object.keys(samples[0]!.logarithms);
  let inside = samples;
  let slopes: readonly number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    slopes = slopesOf(inside, names);
    const levels = levelsOf(inside, slopes, ({ group }) => group);
    inside = samples.filter((sample) => {
      const level = levels.get(sample.group);
      const fitted = level === undefined ? sample.height : level + sample.height - beside(sample, slopes);
      return fitted >= least && fitted <= most;
    });
  }
  const at = quantile([...levelsOf(inside, slopes, ({ group }) => group).values()], 1 - CONFIDENCE);
  const rests = inside.map((sample) => beside(sample, slopes) - at);
  const curve = Object.fromEntries([['at', at], ...names.map((name, i) => [name, slopes[i]!])]);
  return { curve, shifts: [quantile(rests, 0.02), quantile(rests, 0.98)] };
}

/** What the slopes leave of a sample's height. */
function beside({ height, logarithms }: Sample, slopes: readonly number[]): number {
  return Object.values(logarithms).reduce((rest, logarithm, i) => rest - slopes[i]! * logarithm, height);
}

function levelsOf(
  samples: readonly Sample[],
  slopes: readonly number[],
  keyOf: (sample: Sample) => string,
): Map<string, number> {
  const rests = new Map<string, number[]>();
  for (const sample of samples) {
    const key = keyOf(sample);
    rests.set(key, [...(rests.get(key) ?? []), beside(sample, slopes)]);
  }
  return new Map([...rests].map(([key, all]) => [key, all.reduce((sum, rest) => sum + rest) / all.length]));
}

function slopesOf(samples: readonly Sample[], names: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const { group } of samples) counts.set(group, (counts.get(group) ?? 0) + 1);
  const equations = names.map(() => new Array<number>(names.length + 1).fill(0));
  for (const family of new Set(samples.map(({ family }) => family))) {
    const members = samples.filter((sample) => sample.family === family);
    const weights = members.map(({ group }) => 1 / counts.get(group)!);
    const total = weights.reduce((sum, weight) => sum + weight);
    const rows = members.map(({ height, logarithms }) => [...names.map((name) => logarithms[name]!), height]);
    const means = rows[0]!.map((_, i) =>
      rows.reduce((sum, row, at) => sum + (weights[at]! * row[i]!) / total, 0),
    );
    rows.forEach((row, at) => {
      for (const [i, equation] of equations.entries())
        for (let j = 0; j <= names.length; j++)
          equation[j]! += weights[at]! * (row[i]! - means[i]!) * (row[j]! - means[j]!);
    });
  }
  return solve(equations);
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))]!;
}

/** By elimination; `equations` are overwritten. */
function solve(equations: number[][]): number[] {
  const width = equations.length;
  for (let i = 0; i < width; i++) {
    for (let row = 0; row < width; row++) {
      if (row === i) continue;
      const factor = equations[row]![i]! / equations[i]![i]!;
      for (let j = i; j <= width; j++) equations[row]![j]! -= factor * equations[i]![j]!;
    }
  }
  return equations.map((row, i) => row[width]! / row[i]!);
}
