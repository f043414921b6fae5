/** Mulberry32, a small generator with a seed: numbers in [0, 1), the same on every machine. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normal numbers in pairs, by Box and Muller. */
function fillNormal(row: Float32Array, next: () => number): void {
  for (let i = 0; i < row.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - next()));
    const angle = 2 * Math.PI * next();
    row[i] = radius * Math.cos(angle);
    row[i + 1] = radius * Math.sin(angle);
  }
}

/** Directions spread evenly over the sphere: rows x dimensions, row-major. */
export function randomUnitRows(rows: number, dimensions: number, seed: number): Float32Array<ArrayBuffer> {
  const next = uniform(seed);
  const data = new Float32Array(rows * dimensions);
  for (let offset = 0; offset < data.length; offset += dimensions) {
    const row = data.subarray(offset, offset + dimensions);
    fillNormal(row, next);
    const norm = Math.sqrt(row.reduce((sum, component) => sum + component * component, 0));
    for (let i = 0; i < dimensions; i++) row[i] /= norm;
  }
  return data;
}
