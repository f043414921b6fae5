import type { Viewport } from './viewport.ts';

/** Shares of a pixel that a dot covers, around its middle. */
interface Stamp {
  readonly size: number;
  readonly cover: Uint8Array;
}

/**
 * Draws every row as a dot, into pixels: 40 000 round dots take a few milliseconds, where as many canvas calls would
 * miss the frame.
 */
export class Dots {
  #image: ImageData | undefined;
  #pixels = new Uint32Array();

  draw(
    context: CanvasRenderingContext2D,
    viewport: Viewport,
    positions: Float32Array,
    clusters: Uint8Array,
    palette: Palette,
  ): void {
    const { width, height } = context.canvas;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = new ImageData(width, height);
      this.#pixels = new Uint32Array(this.#image.data.buffer);
    }
    this.#pixels.fill(packed(palette.ground));
    const ratio = width / viewport.width;
    const stamp = makeStamp(radiusOf(viewport) * ratio, palette.opacity);
    const scale = viewport.scale * ratio;
    const half = stamp.size >> 1;
    for (let row = 0; 2 * row < positions.length; row++) {
      const x = Math.round(width / 2 + (positions[2 * row]! - viewport.x) * scale) - half;
      const y = Math.round(height / 2 - (positions[2 * row + 1]! - viewport.y) * scale) - half;
      if (x < 0 || y < 0 || x + stamp.size > width || y + stamp.size > height) continue;
      this.#blend(y * width + x, width, stamp, palette.clusters[clusters[row]! % palette.clusters.length]!);
    }
    context.putImageData(this.#image, 0, 0);
  }

  #blend(first: number, width: number, { size, cover }: Stamp, [red, green, blue]: Colour): void {
    const pixels = this.#pixels;
    for (let y = 0, at = 0; y < size; y++) {
      for (let x = 0; x < size; x++, at++) {
        const share = cover[at]!;
        if (share === 0) continue;
        const place = first + y * width + x;
        const old = pixels[place]!;
        const oldRed = old & 255;
        const oldGreen = (old >> 8) & 255;
        const oldBlue = (old >> 16) & 255;
        pixels[place] =
          (255 << 24) |
          ((oldBlue + (((blue - oldBlue) * share) >> 8)) << 16) |
          ((oldGreen + (((green - oldGreen) * share) >> 8)) << 8) |
          (oldRed + (((red - oldRed) * share) >> 8));
      }
    }
  }
}

export type Colour = readonly [number, number, number];

/** The colours of the moment, 0..255. */
export interface Palette {
  readonly ground: Colour;
  readonly clusters: readonly Colour[];
  /** Of a single dot, 0..1. */
  readonly opacity: number;
}

/** `rgb(1, 2, 3)` as numbers. */
export function parseColour(text: string): Colour {
  const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

/** CSS pixels: dots grow with the zoom, though far slower than the distances between them. */
function radiusOf({ zoom }: Viewport): number {
  return Math.min(4, 1.15 * zoom ** 0.42);
}

function makeStamp(radius: number, opacity: number): Stamp {
  const size = 2 * Math.ceil(radius + 0.5) + 1;
  const middle = size >> 1;
  const cover = Uint8Array.from({ length: size * size }, (_, at) => {
    const distance = Math.hypot((at % size) - middle, Math.floor(at / size) - middle);
    return 255 * opacity * Math.min(1, Math.max(0, radius + 0.5 - distance));
  });
  return { size, cover };
}

/** As a little-endian pixel. */
function packed([red, green, blue]: Colour): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
