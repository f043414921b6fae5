import type { Place } from './viewport.ts';

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A place on the screen that a name is to be written beside. */
export interface Label {
  readonly at: Place;
  /** Free pixels between the place and the name. */
  readonly gap: number;
  readonly size: number;
}

/** Where a name is written: the left end of its middle line. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Finds room for names one by one, the important first; a name without room is left out. */
export class LabelRoom {
  readonly #taken: Box[] = [];
  readonly #width: number;
  readonly #height: number;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
  }

  /** Keeps names off this place. */
  block({ x, y }: Place, radius: number): void {
    this.#taken.push({ left: x - radius, right: x + radius, top: y - radius, bottom: y + radius });
  }

  /** Tries right, left, above and below, at growing distances. */
  place({ at, gap, size }: Label, width: number, reaches: readonly number[] = [1]): Placed | undefined {
    const half = size * 0.62;
    for (const reach of reaches) {
      const away = gap * reach + (reach > 1 ? 4 : 0);
      const candidates: readonly (readonly [number, number])[] = [
        [at.x + away, at.y],
        [at.x - away - width, at.y],
        [at.x - width / 2, at.y - away - half],
        [at.x - width / 2, at.y + away + half],
        [at.x + away * 0.7, at.y - away * 0.7 - half],
        [at.x + away * 0.7, at.y + away * 0.7 + half],
        [at.x - away * 0.7 - width, at.y - away * 0.7 - half],
        [at.x - away * 0.7 - width, at.y + away * 0.7 + half],
      ];
      for (const [x, y] of candidates) {
        const box = { left: x - 2, right: x + width + 2, top: y - half, bottom: y + half };
        if (!this.#isFree(box)) continue;
        this.#taken.push(box);
        return { x, y, width };
      }
    }
    return undefined;
  }

  #isFree(box: Box): boolean {
    if (box.left < 4 || box.top < 4 || box.right > this.#width - 4 || box.bottom > this.#height - 4)
      return false;
    return this.#taken.every(
      (taken) =>
        box.right < taken.left || box.left > taken.right || box.bottom < taken.top || box.top > taken.bottom,
    );
  }
}
