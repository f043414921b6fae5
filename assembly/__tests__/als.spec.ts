import { addNormal, solveNormal, startNormal } from '../als';
import { guarded, isGuarded, random, seed } from './fixtures';

const ROWS: u32 = 50;
const ENTRIES: u32 = 37; // more than are scaled at a time

/** Integers -2..2, rows x width: sums of products of them are exact. */
function drawn(rows: u32, width: u32): usize {
  const values = guarded((rows * width) << 2, 0);
  for (let i: u32 = 0; i < rows * width; i++) store<f32>(values + (i << 2), <f32>(<i32>random(5) - 2));
  return values;
}

function float(values: usize, i: u32): f32 {
  return load<f32>(values + (i << 2));
}

/** A Gram matrix, both halves: of `ROWS` rows. */
function gramOf(factors: usize, width: u32): usize {
  const gram = guarded((width * width) << 2, 0);
  for (let i: u32 = 0; i < width; i++) {
    for (let j: u32 = 0; j < width; j++) {
      let sum: f32 = 0;
      for (let row: u32 = 0; row < ROWS; row++)
        sum += float(factors, row * width + i) * float(factors, row * width + j);
      store<f32>(gram + ((i * width + j) << 2), sum);
    }
  }
  return gram;
}

describe('the equations of a row', () => {
  it('hold every entry in the tiles on and above the diagonal, and on the right side', () => {
    seed(21);
    for (let width: u32 = 8; width <= 24; width += 8) {
      const factors = drawn(ROWS, width);
      const gram = gramOf(factors, width);
      const others = guarded(ENTRIES << 2, 0);
      const weights = guarded(ENTRIES << 2, 0);
      for (let i: u32 = 0; i < ENTRIES; i++) {
        store<u32>(others + (i << 2), random(ROWS));
        store<f32>(weights + (i << 2), i % 2 === 0 ? 4 : 0.25); // whose roots are exact
      }
      const matrix = guarded((width * width) << 2, 0xff);
      const right = guarded(width << 2, 0xff);
      const scratch = guarded((32 * width) << 2, 0xff);
      startNormal(gram, width, 0.5, matrix, right);
      addNormal(others, weights, ENTRIES, factors, width, scratch, matrix, right);
      for (let i: u32 = 0; i < width; i++) {
        let sum: f32 = 0;
        for (let at: u32 = 0; at < ENTRIES; at++)
          sum += (1 + float(weights, at)) * float(factors, load<u32>(others + (at << 2)) * width + i);
        expect<f32>(float(right, i)).toBe(sum);
        for (let j: u32 = i; j < width; j++) {
          let product = float(gram, i * width + j) + (i === j ? <f32>0.5 : 0);
          for (let at: u32 = 0; at < ENTRIES; at++) {
            const row = load<u32>(others + (at << 2)) * width;
            product += float(weights, at) * float(factors, row + i) * float(factors, row + j);
          }
          expect<f32>(float(matrix, i * width + j)).toBe(product);
        }
      }
      expect<bool>(isGuarded(matrix, (width * width) << 2) && isGuarded(right, width << 2)).toBe(true);
      expect<bool>(isGuarded(scratch, (32 * width) << 2)).toBe(true);
    }
  });

  it('are solved: the matrix times what is found is the right side', () => {
    seed(22);
    for (let width: u32 = 8; width <= 40; width += 8) {
      const matrix = gramOf(drawn(ROWS, width), width);
      const right = drawn(1, width);
      for (let i: u32 = 0; i < width; i++) {
        const diagonal = matrix + ((i * width + i) << 2);
        store<f32>(diagonal, load<f32>(diagonal) + 10);
      }
      const given = guarded((width * width) << 2, 0);
      const wanted = guarded(width << 2, 0);
      memory.copy(given, matrix, (width * width) << 2);
      memory.copy(wanted, right, width << 2);
      const scales = guarded(width << 2, 0xff);
      const x = guarded(width << 2, 0xff);
      solveNormal(matrix, right, width, scales, x);
      for (let i: u32 = 0; i < width; i++) {
        let sum: f64 = 0;
        for (let j: u32 = 0; j < width; j++) sum += <f64>float(given, i * width + j) * <f64>float(x, j);
        expect<bool>(Math.abs(sum - <f64>float(wanted, i)) < 1e-3).toBe(true, 'an equation is missed');
      }
      expect<bool>(isGuarded(x, width << 2) && isGuarded(scales, width << 2)).toBe(true);
      expect<bool>(isGuarded(matrix, (width * width) << 2) && isGuarded(right, width << 2)).toBe(true);
    }
  });

  it('leave nothing in a direction that they leave open', () => {
    const width: u32 = 8;
    const matrix = guarded((width * width) << 2, 0);
    const right = guarded(width << 2, 0);
    for (let i: u32 = 0; i < width; i += 2) {
      store<f32>(matrix + ((i * width + i) << 2), 4);
      store<f32>(right + (i << 2), <f32>i + 2);
    }
    const x = guarded(width << 2, 0xff);
    solveNormal(matrix, right, width, guarded(width << 2, 0xff), x);
    for (let i: u32 = 0; i < width; i++) expect<f32>(float(x, i)).toBe(i % 2 === 0 ? (<f32>i + 2) / 4 : 0);
  });
});
