import { type Metric, Random } from 'lanewise';

/** Norms stay below 2^57 or 2^125, where ip and l2 accept them below 2^58 and cosine below 2^126. */
const LARGEST_EXPONENT: Record<Metric, number> = { ip: 57, l2: 57, cosine: 125 };
const LEAST_EXPONENT: Record<Metric, number> = { ip: -100, l2: -100, cosine: -126 };
/** The least positive float32. */
const LEAST_FLOAT = 2 ** -149;

/** A value about 0 with variance 1/3 and no `Math.log`: the sum of four uniforms, 16 bits each. */
export function bell(random: Random): number {
  const a = random.uint32();
  const b = random.uint32();
  return ((a >>> 16) + (a & 0xffff) + (b >>> 16) + (b & 0xffff)) / 65_536 - 2;
}

/** A fresh row of the given dimensions at each call. */
type RowSource = (random: Random, dimensions: number, metric: Metric) => () => Float32Array;

// A loop, since most of the tests' time goes here.
const bells: RowSource = (random, dimensions) => () => {
  const row = new Float32Array(dimensions);
  for (let i = 0; i < dimensions; i++) row[i] = bell(random);
  return row;
};

const eachRow =
  (change: (row: Float32Array, random: Random, metric: Metric) => void): RowSource =>
  (random, dimensions, metric) => {
    const next = bells(random, dimensions, metric);
    return () => {
      const row = next();
      change(row, random, metric);
      return row;
    };
  };

/** Ordinary rows of which every value is replaced. */
const eachValue = (replace: (value: number, dimension: number, random: Random) => number): RowSource =>
  eachRow((row, random) => row.set(row.map((value, i) => replace(value, i, random))));

/** Rows about a few others. */
function around(count: number, change: (row: Float32Array, random: Random) => void): RowSource {
  return (random, dimensions, metric) => {
    const centres = Array.from({ length: count }, bells(random, dimensions, metric));
    return () => {
      const row = centres[random.integer(count)]!.slice();
      change(row, random);
      return row;
    };
  };
}

/** Moves one dimension of a row by a few units in the last place. */
function nudge(row: Float32Array, random: Random): void {
  const at = random.integer(row.length);
  new Int32Array(row.buffer, row.byteOffset)[at]! += random.integer(5) - 2;
}

/** Scales a row to a norm in 2^(exponent-1)..2^exponent, if it has a direction. */
function scaleTo(row: Float32Array, exponent: number, random: Random): void {
  const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
  const factor = (2 ** exponent * (1 + random.uniform())) / 2 / norm;
  if (norm > 0) for (let i = 0; i < row.length; i++) row[i]! *= factor;
}

/** What rows look like: from the ordinary to what breaks bounds that are not bounds. */
export type Distribution =
  | 'bell'
  | 'clustered'
  | 'nearly tied'
  | 'nearly tied in clusters'
  | 'duplicated'
  | 'ruled by one dimension'
  | 'one-hot'
  | 'of very different norms'
  | 'denormal'
  | 'of one value'
  | 'negative'
  | 'sparse'
  | 'of small integers';

const SOURCES: Readonly<Record<Distribution, RowSource>> = {
  bell: bells,
  clustered: around(12, (row, random) => row.set(row.map((value) => value + 0.05 * bell(random)))),
  'nearly tied': around(1, nudge),
  'nearly tied in clusters': around(7, nudge),
  duplicated: around(9, () => {}),
  'ruled by one dimension': eachValue((value, dimension) => (dimension === 0 ? 1000 * value : value)),
  'one-hot': eachRow((row, random) => {
    row.fill(0)[random.integer(row.length)] = random.uniform() < 0.5 ? 1 : -1;
  }),
  'of very different norms': eachRow((row, random, metric) => {
    const least = LEAST_EXPONENT[metric];
    scaleTo(row, least + random.integer(LARGEST_EXPONENT[metric] - least + 1), random);
  }),
  denormal: eachValue((_value, _dimension, random) => (random.integer(2001) - 1000) * LEAST_FLOAT),
  'of one value': eachRow((row) => row.fill(row[0]!)),
  negative: eachValue((value) => -1 - Math.abs(value)),
  sparse: eachValue((value, dimension, random) =>
    random.integer(10) > 0 ? (dimension % 2 ? 0 : -0) : value,
  ),
  'of small integers': eachValue((_value, _dimension, random) => random.integer(7) - 3),
};

export const EVERY_DISTRIBUTION: readonly Distribution[] = Object.keys(SOURCES) as Distribution[];

export interface DataShape {
  readonly distribution: Distribution;
  readonly metric: Metric;
  readonly dimensions: number;
  readonly size: number;
}

/** Rows x dimensions, row-major; under cosine each row has a direction. */
export function makeRows({ distribution, metric, dimensions, size }: DataShape, seed: number): Float32Array {
  const next = SOURCES[distribution](new Random(seed), dimensions, metric);
  const rows = new Float32Array(size * dimensions);
  for (let i = 0; i < size; i++) {
    const row = next();
    if (metric === 'cosine' && row.every((value) => value === 0)) row[i % dimensions] = LEAST_FLOAT;
    rows.set(row, i * dimensions);
  }
  return rows;
}

/**
 * Fourteen queries for the rows of a shape: four of their kind, three of the rows, one row negated, and a one-hot, huge,
 * tiny, constant, one-sided and ordinary one.
 */
export function makeQueries(shape: DataShape, rows: Float32Array, seed: number): Float32Array {
  const { metric, dimensions, size } = shape;
  const random = new Random(seed);
  const own = (count: number) => makeRows({ ...shape, size: count }, seed + 1);
  const row = () => {
    const start = random.integer(size) * dimensions;
    return rows.slice(start, start + dimensions);
  };
  const ordinary = () => bells(random, dimensions, metric)();
  const huge = ordinary();
  scaleTo(huge, LARGEST_EXPONENT[metric], random);
  const oneHot = new Float32Array(dimensions);
  oneHot[random.integer(dimensions)] = 1;
  const oneSided = ordinary();
  oneSided[dimensions - 1] = 4096;
  const queries = [
    own(4),
    row(),
    row(),
    row(),
    row().map((value) => -value),
    oneHot,
    huge,
    ordinary().map((value) => value * 2 ** -135 + LEAST_FLOAT),
    new Float32Array(dimensions).fill(0.1),
    oneSided,
    ordinary(),
  ];
  return Float32Array.from(queries.flatMap((values) => [...values]));
}
