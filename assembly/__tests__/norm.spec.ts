import { squaredNorm } from '../norm';
import { guarded } from './fixtures';

function vectorOf(a: f32, b: f32, c: f32, d: f32): usize {
  const vector = guarded(16, 0);
  store<f32>(vector, a);
  store<f32>(vector, b, 4);
  store<f32>(vector, c, 8);
  store<f32>(vector, d, 12);
  return vector;
}

describe('squaredNorm', () => {
  it('adds the squares of all four lanes', () => {
    expect<f64>(squaredNorm(vectorOf(1, 2, 4, 8), 1)).toBe(1 + 4 + 16 + 64);
  });

  it('reads as many lanes as it is told', () => {
    expect<f64>(squaredNorm(vectorOf(1, 2, 4, 8), 0)).toBe(0);
  });

  it('carries the squares of the largest and the smallest float32', () => {
    const largest: f64 = <f64>f32.MAX_VALUE;
    expect<f64>(squaredNorm(vectorOf(f32.MAX_VALUE, 0, 0, f32.MAX_VALUE), 1)).toBe(2 * largest * largest);
    const smallest: f64 = 1.401298464324817e-45; // 2^-149, whose square float32 cannot hold
    expect<f64>(squaredNorm(vectorOf(0, <f32>smallest, 0, 0), 1)).toBe(smallest * smallest);
  });

  it('is not finite exactly when a value is not', () => {
    expect<bool>(F64.isNaN(squaredNorm(vectorOf(0, NaN, 0, 0), 1))).toBe(true);
    expect<f64>(squaredNorm(vectorOf(0, 0, <f32>-Infinity, 0), 1)).toBe(Infinity);
  });
});
