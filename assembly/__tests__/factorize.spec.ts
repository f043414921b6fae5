import { factorize, sumSquaredErrors } from '../factorize';
import { guarded, isGuarded, random, seed } from './fixtures';

const USERS: u32 = 5;
const ITEMS: u32 = 4;
const COUNT: u32 = 60;

/** Floats in quarters, -1..1; those of a row behind its `used` first ones are 0. */
function drawn(rows: u32, width: u32, used: u32): usize {
  const values = guarded((rows * width) << 2, 0);
  for (let row: u32 = 0; row < rows; row++) {
    for (let i: u32 = 0; i < used; i++)
      store<f32>(values + ((row * width + i) << 2), <f32>(<i32>random(9) - 4) / 4);
  }
  return values;
}

/** Few users and items, so that ratings of the same ones follow one another. */
function newRatings(): usize {
  const ratings = guarded(12 * COUNT, 0);
  for (let i: u32 = 0; i < COUNT; i++) {
    store<u32>(ratings + 12 * i, random(USERS));
    store<u32>(ratings + 12 * i, random(ITEMS), 4);
    store<f32>(ratings + 12 * i, <f32>random(9) / 2, 8);
  }
  return ratings;
}

function copied(values: usize, bytes: usize): usize {
  const copy = guarded(bytes, 0);
  memory.copy(copy, values, bytes);
  return copy;
}

function isNear(values: usize, expected: usize, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    if (Math.abs(load<f32>(values + (i << 2)) - <f32>load<f64>(expected + (i << 3))) > 1e-4) return false;
  }
  return true;
}

/** In float64. */
function widened(values: usize, count: u32): usize {
  const wide = guarded(count << 3, 0);
  for (let i: u32 = 0; i < count; i++) store<f64>(wide + (i << 3), <f64>load<f32>(values + (i << 2)));
  return wide;
}

/** One rating after another, one factor after another, in float64. Returns the sum of the squared errors. */
function learnPlainly(ratings: usize, p: usize, q: usize, width: u32, rate: f64, penalty: f64): f64 {
  let sum: f64 = 0;
  for (let i: u32 = 0; i < COUNT; i++) {
    const user = p + ((load<u32>(ratings + 12 * i) * width) << 3);
    const item = q + ((load<u32>(ratings + 12 * i, 4) * width) << 3);
    let error = <f64>load<f32>(ratings + 12 * i, 8);
    for (let j: u32 = 0; j < width; j++) error -= load<f64>(user + (j << 3)) * load<f64>(item + (j << 3));
    sum += error * error;
    for (let j: u32 = 0; j < width; j++) {
      const a = load<f64>(user + (j << 3));
      const b = load<f64>(item + (j << 3));
      store<f64>(user + (j << 3), a + rate * (error * b - penalty * a));
      store<f64>(item + (j << 3), b + rate * (error * a - penalty * b));
    }
  }
  return sum;
}

describe('factorize', () => {
  it('takes the steps of the plain loop, whatever the width', () => {
    seed(11);
    for (let width: u32 = 4; width <= 20; width += 4) {
      const ratings = newRatings();
      const users = drawn(USERS, width, width - 1);
      const items = drawn(ITEMS, width, width - 1);
      const p = widened(users, USERS * width);
      const q = widened(items, ITEMS * width);
      const sum = factorize(ratings, 0, COUNT, users, items, width << 2, 0, 0, 0, 0.01, 0.1, 0);
      const expected = learnPlainly(ratings, p, q, width, 0.01, 0.1);
      expect<bool>(Math.abs(sum - expected) < 1e-4 * expected).toBe(true, 'the sum of errors');
      expect<bool>(isNear(users, p, USERS * width)).toBe(true, 'users');
      expect<bool>(isNear(items, q, ITEMS * width)).toBe(true, 'items');
      // What is behind the last factor stays 0.
      for (let row: u32 = 1; row <= USERS; row++)
        expect<f32>(load<f32>(users + ((row * width - 1) << 2))).toBe(0);
      expect<bool>(isGuarded(users, (USERS * width) << 2) && isGuarded(items, (ITEMS * width) << 2)).toBe(
        true,
      );
    }
  });

  it('gives the same bits in parts as at once, with biases', () => {
    seed(12);
    const width: u32 = 12;
    const ratings = newRatings();
    const users = drawn(USERS, width, width);
    const items = drawn(ITEMS, width, width);
    const ofUsers = drawn(USERS, 1, 1);
    const ofItems = drawn(ITEMS, 1, 1);
    const bytes: usize = (USERS * width) << 2;
    const otherUsers = copied(users, bytes);
    const otherItems = copied(items, (ITEMS * width) << 2);
    const a = copied(ofUsers, USERS << 2);
    const b = copied(ofItems, ITEMS << 2);
    factorize(ratings, 0, COUNT, users, items, width << 2, ofUsers, ofItems, 2.5, 0.01, 0.1, 0.05);
    for (let from: u32 = 0; from < COUNT; from += 7) {
      const to = min<u32>(COUNT, from + 7);
      factorize(ratings, from, to, otherUsers, otherItems, width << 2, a, b, 2.5, 0.01, 0.1, 0.05);
    }
    expect<i32>(memory.compare(users, otherUsers, bytes)).toBe(0);
    expect<i32>(memory.compare(items, otherItems, (ITEMS * width) << 2)).toBe(0);
    expect<i32>(memory.compare(ofUsers, a, USERS << 2)).toBe(0);
    expect<i32>(memory.compare(ofItems, b, ITEMS << 2)).toBe(0);
    expect<bool>(isGuarded(ofUsers, USERS << 2) && isGuarded(ofItems, ITEMS << 2)).toBe(true);
  });

  it('meets the errors that sumSquaredErrors tells where nothing is learned', () => {
    seed(13);
    const ratings = newRatings();
    const users = drawn(USERS, 8, 8);
    const items = drawn(ITEMS, 8, 8);
    const ofUsers = drawn(USERS, 1, 1);
    const ofItems = drawn(ITEMS, 1, 1);
    const out = guarded(COUNT << 2, 0xff);
    const told = sumSquaredErrors(ratings, 0, COUNT, users, items, 32, ofUsers, ofItems, 0.5, out);
    const met = factorize(ratings, 0, COUNT, users, items, 32, ofUsers, ofItems, 0.5, 0, 0, 0);
    expect<f64>(met).toBe(told); // all in fractions of a power of two, which are exact
    let sum: f64 = 0;
    for (let i: u32 = 0; i < COUNT; i++) {
      const error = <f64>load<f32>(ratings + 12 * i, 8) - <f64>load<f32>(out + (i << 2));
      sum += error * error;
    }
    expect<f64>(sum).toBe(told);
    expect<bool>(isGuarded(out, COUNT << 2)).toBe(true);
  });
});
