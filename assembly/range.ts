// Which of many float32 leave a range: what a file claims is checked before bounds are made of it. O(count).

/** The place of the first of `count` floats at `from` that is not above `least` and at most `most`; NaN never is. Else `count`. */
export function firstOutside(from: usize, count: u32, least: f32, most: f32): u32 {
  for (let place: u32 = 0; place < count; place++) {
    const value = load<f32>(from + (place << 2));
    if (!(value > least && value <= most)) return place;
  }
  return count;
}
