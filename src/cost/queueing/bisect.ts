/**
 * The largest of the doubles from `least` on for which `holds`, given that it does for `least`, and no longer from some
 * number below `most` on.
 */
export function lastThatHolds(least: number, most: number, holds: (x: number) => boolean): number {
  let low = least;
  let high = most;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (holds(middle)) low = middle;
    else high = middle;
  }
}
