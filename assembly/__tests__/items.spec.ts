import { scoreRows, selectItems } from '../items';
import { sortResults } from '../results';
import { guarded, isGuarded, newQuery, random, seed } from './fixtures';

const COUNT: u32 = 13;

/** Integers -4..4: products and sums of them are exact in any order. */
function drawn(length: u32): usize {
  const values = guarded(length << 2, 0);
  for (let i: u32 = 0; i < length; i++) store<f32>(values + (i << 2), <f32>(<i32>random(9) - 4));
  return values;
}

function float(values: usize, i: u32): f32 {
  return load<f32>(values + (i << 2));
}

function foundAt(query: usize, i: u32): i32 {
  return load<i32>(load<usize>(query, 40) + (i << 3), 4);
}

/** Whether a bit is set. */
function isExcluded(bits: usize, item: u32): bool {
  return ((load<u32>(bits + ((item >> 5) << 2)) >> (item & 31)) & 1) !== 0;
}

describe('scoreRows', () => {
  it('gives the dot product with every row, whatever its width, and scales and biases where there are any', () => {
    seed(7);
    for (let width: u32 = 4; width <= 28; width += 4) {
      const vector = drawn(width);
      const rows = drawn(width * COUNT);
      const scales = drawn(COUNT);
      const biases = drawn(COUNT);
      for (let kind: u32 = 0; kind < 4; kind++) {
        const out = guarded(COUNT << 2, 0xff);
        const hasScales = (kind & 1) !== 0;
        const hasBiases = kind > 1;
        scoreRows(vector, rows, width << 2, COUNT, hasScales ? scales : 0, hasBiases ? biases : 0, out);
        for (let i: u32 = 0; i < COUNT; i++) {
          let sum: f32 = 0;
          for (let j: u32 = 0; j < width; j++) sum += float(vector, j) * float(rows, i * width + j);
          if (hasScales) sum *= float(scales, i);
          if (hasBiases) sum += float(biases, i);
          expect<f32>(float(out, i)).toBe(sum);
        }
        expect<bool>(isGuarded(out, COUNT << 2)).toBe(true);
      }
    }
  });
});

describe('selectItems', () => {
  it('keeps the best that qualify, the lower of equal ones, and never NaN', () => {
    seed(8);
    for (let count: u32 = 0; count < 40; count++) {
      const scores = drawn(count);
      if (count > 5) store<f32>(scores + 20, NaN);
      const first: u32 = 29; // so that bits lie in three words
      const excluded = guarded(12, 0);
      for (let word: u32 = 0; word < 3; word++) store<u32>(excluded + (word << 2), random(1 << 24) << 5);
      const query = newQuery(6, 6, 4);
      selectItems(query, scores, first, count, excluded);
      sortResults(query);
      let qualified: u32 = 0;
      for (let i: u32 = 0; i < count; i++) {
        const score = float(scores, i);
        if (isExcluded(excluded, first + i) || !(score >= -4)) continue;
        qualified++;
        let better: u32 = 0;
        for (let j: u32 = 0; j < count; j++) {
          if (isExcluded(excluded, first + j)) continue;
          if (float(scores, j) > score || (float(scores, j) === score && j < i)) better++;
        }
        if (better < 6) expect<i32>(foundAt(query, better)).toBe(<i32>(first + i));
      }
      expect<u32>(load<u32>(query, 44)).toBe(min<u32>(6, qualified));
      expect<bool>(isGuarded(load<usize>(query, 40), 48)).toBe(true);
    }
  });

  it('gives the same tile by tile as at once, without exclusions too', () => {
    seed(9);
    const scores = drawn(37);
    const whole = newQuery(9, 9, 4);
    const tiles = newQuery(9, 9, 4);
    selectItems(whole, scores, 0, 37, 0);
    for (let at: u32 = 0; at < 37; at += 7)
      selectItems(tiles, scores + (at << 2), at, min<u32>(7, 37 - at), 0);
    sortResults(whole);
    sortResults(tiles);
    expect<i32>(memory.compare(load<usize>(whole, 40), load<usize>(tiles, 40), 72)).toBe(0);
  });
});
