import { firstOutside } from '../range';
import { guarded } from './fixtures';

function floats(a: f32, b: f32, c: f32): usize {
  const from = guarded(12, 0);
  store<f32>(from, a);
  store<f32>(from, b, 4);
  store<f32>(from, c, 8);
  return from;
}

describe('firstOutside', () => {
  it('is the count where every float lies above the least, and at most at the most', () => {
    expect<u32>(firstOutside(floats(0.5, 1, 2), 3, 0, 2)).toBe(3);
  });

  it('leaves the least itself out', () => {
    expect<u32>(firstOutside(floats(0.5, 0, 2), 3, 0, 2)).toBe(1);
  });

  it('finds what is larger, infinite or not a number', () => {
    expect<u32>(firstOutside(floats(1, 1, 2.5), 3, 0, 2)).toBe(2);
    expect<u32>(firstOutside(floats(Infinity, 1, 1), 3, 0, f32.MAX_VALUE)).toBe(0);
    expect<u32>(firstOutside(floats(1, NaN, 1), 3, 0, f32.MAX_VALUE)).toBe(1);
  });

  it('looks at no more than it is told', () => {
    expect<u32>(firstOutside(floats(1, 1, NaN), 2, 0, 2)).toBe(2);
  });
});
