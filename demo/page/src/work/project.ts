import { KMeans } from 'lanewise/cluster';
import type { Projection, Subject } from './protocol.ts';

/** Numbers that each round of the power iteration looks at: a sample of the rows where there are more. */
const SAMPLE_NUMBERS = 4_000_000;
const ROUNDS = 24;
const AXES = 2;
const CLUSTERS = 10;
const CLUSTER_SAMPLE = 10_000;
/** So many of the rows lie within -1..1. */
const WITHIN = 0.995;

/**
 * The rows along their two principal components, by orthogonal iteration (Golub and Van Loan, "Matrix computations",
 * section 8.2) from a fixed start: the same map every time. Rows that are compared by direction count as directions.
 */
export async function projectRows({ data, dimensions, metric }: Subject): Promise<Projection> {
  const rows = data.length / dimensions;
  const values = metric === 'cosine' ? unitRows(data, dimensions) : data;
  const mean = meanOf(values, dimensions);
  const step = Math.max(1, Math.ceil(data.length / SAMPLE_NUMBERS));
  let axes = orthonormal(start(dimensions), dimensions);
  for (let round = 0; round < ROUNDS; round++) {
    axes = orthonormal(multiply(values, mean, axes, dimensions, step), dimensions);
  }
  const positions = positionsOf(values, mean, axes, dimensions);
  const scale = 1 / spreadOf(positions);
  return {
    positions: positions.map((coordinate) => coordinate * scale),
    clusters: await clustersOf(values, rows, dimensions),
    axes: axes.map((weight) => weight * scale),
    mean,
  };
}

function unitRows(data: Float32Array, dimensions: number): Float32Array {
  const unit = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += dimensions) {
    let square = 0;
    for (let i = start; i < start + dimensions; i++) square += data[i]! * data[i]!;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let i = start; i < start + dimensions; i++) unit[i] = data[i]! * scale;
  }
  return unit;
}

function meanOf(values: Float32Array, dimensions: number): Float32Array<ArrayBuffer> {
  const sums = new Float64Array(dimensions);
  for (let start = 0; start < values.length; start += dimensions) {
    for (let i = 0; i < dimensions; i++) sums[i]! += values[start + i]!;
  }
  return Float32Array.from(sums, (sum) => sum / (values.length / dimensions));
}

/** Axes that no component is likely to be at right angles to. */
function start(dimensions: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: AXES * dimensions }, (_, i) => Math.sin(1 + i * i));
}

/** The axes times the covariance of every `step`-th row. */
function multiply(
  values: Float32Array,
  mean: Float32Array,
  axes: Float32Array,
  dimensions: number,
  step: number,
): Float32Array<ArrayBuffer> {
  const product = new Float64Array(axes.length);
  const centred = new Float64Array(dimensions);
  for (let start = 0; start < values.length; start += step * dimensions) {
    for (let i = 0; i < dimensions; i++) centred[i] = values[start + i]! - mean[i]!;
    for (let first = 0; first < axes.length; first += dimensions) {
      let along = 0;
      for (let i = 0; i < dimensions; i++) along += centred[i]! * axes[first + i]!;
      for (let i = 0; i < dimensions; i++) product[first + i]! += along * centred[i]!;
    }
  }
  return Float32Array.from(product);
}

/** The axes at length 1 and right angles; the heaviest weight of each is positive, so that no sign is left to chance. */
function orthonormal(axes: Float32Array<ArrayBuffer>, dimensions: number): Float32Array<ArrayBuffer> {
  for (let first = 0; first < axes.length; first += dimensions) {
    const axis = axes.subarray(first, first + dimensions);
    for (let before = 0; before < first; before += dimensions) {
      let shared = 0;
      for (let i = 0; i < dimensions; i++) shared += axis[i]! * axes[before + i]!;
      for (let i = 0; i < dimensions; i++) axis[i]! -= shared * axes[before + i]!;
    }
    scaleToUnit(axis);
  }
  return axes;
}

function scaleToUnit(axis: Float32Array): void {
  let square = 0;
  let heaviest = 0;
  for (const weight of axis) {
    square += weight * weight;
    if (Math.abs(weight) > Math.abs(heaviest)) heaviest = weight;
  }
  // Rows of one dimension, or all on a line, have no further components.
  const scale = square > 0 ? Math.sign(heaviest) / Math.sqrt(square) : 0;
  for (let i = 0; i < axis.length; i++) axis[i]! *= scale;
}

function positionsOf(
  values: Float32Array,
  mean: Float32Array,
  axes: Float32Array,
  dimensions: number,
): Float32Array<ArrayBuffer> {
  const positions = new Float32Array((2 * values.length) / dimensions);
  for (let row = 0; row * 2 < positions.length; row++) {
    let x = 0;
    let y = 0;
    for (let i = 0; i < dimensions; i++) {
      const value = values[row * dimensions + i]! - mean[i]!;
      x += value * axes[i]!;
      y += value * axes[dimensions + i]!;
    }
    positions[2 * row] = x;
    positions[2 * row + 1] = y;
  }
  return positions;
}

function spreadOf(positions: Float32Array): number {
  const ascending = positions.map(Math.abs).sort();
  return ascending[Math.floor(WITHIN * (ascending.length - 1))] || 1;
}

/** What colours the map. */
async function clustersOf(
  values: Float32Array,
  rows: number,
  dimensions: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const kmeans = await KMeans.create({
    dimensions,
    clusters: Math.min(CLUSTERS, rows),
    maxIterations: 15,
    seed: 1,
  });
  try {
    await kmeans.fit(values.subarray(0, CLUSTER_SAMPLE * dimensions));
    return Uint8Array.from(kmeans.predict(values));
  } finally {
    kmeans.dispose();
  }
}
