/** A clock that goes on by 1 ms at each look, and can be put forward. */
export interface TickingClock {
  (): number;
  forward(milliseconds: number): void;
}

export function ticking(): TickingClock {
  let time = 0;
  const now = (): number => ++time;
  return Object.assign(now, {
    forward(milliseconds: number): void {
      time += milliseconds;
    },
  });
}
