import { setTimeout as wait } from 'node:timers/promises';

/** Between two pictures, in milliseconds. */
const PAUSE = 100;
const WIDTH = 80;

/** A picture that is drawn anew in its place, on a terminal. */
export class Screen {
  readonly isLive: boolean = process.stdout.isTTY === true;
  #lines = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  /** Leaves out a picture that follows another one too soon, or waits where the stream can. */
  async draw(draw: () => string, canWait: boolean): Promise<void> {
    const early = PAUSE - (performance.now() - this.#drawnAt);
    if (early > 0 && !canWait) return;
    if (early > 0) await wait(early);
    this.erase();
    const width = process.stdout.columns ?? WIDTH;
    // A line that the terminal breaks would count as one and be two.
    const lines = draw()
      .split('\n')
      .map((line) => line.slice(0, width));
    process.stdout.write(`${lines.join('\n')}\n`);
    this.#lines = lines.length;
    this.#drawnAt = performance.now();
  }

  erase(): void {
    if (this.#lines > 0) process.stdout.write(`\u001b[${this.#lines}A\u001b[0J`);
    this.#lines = 0;
  }
}
