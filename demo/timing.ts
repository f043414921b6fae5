/** The middle of what calls take, in milliseconds: as many as fit the time, three at least. */
export function medianMilliseconds(call: () => unknown, milliseconds = 100): number {
  const times: number[] = [];
  const end = performance.now() + milliseconds;
  while (times.length < 3 || performance.now() < end) {
    const start = performance.now();
    call();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}
