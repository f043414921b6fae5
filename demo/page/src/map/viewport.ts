/** A place on the map: its own coordinates, of which most lie within -1..1, y upwards. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

const LEAST_ZOOM = 0.6;
const MOST_ZOOM = 400;

/** What part of the map is seen. Sizes are in CSS pixels. */
export class Viewport {
  width = 1;
  height = 1;
  x = 0;
  y = 0;
  zoom = 1;

  /** Pixels of one unit of the map. */
  get scale(): number {
    return (Math.min(this.width, this.height) / 2) * 0.94 * this.zoom;
  }

  toScreen({ x, y }: Place): Place {
    return { x: this.width / 2 + (x - this.x) * this.scale, y: this.height / 2 - (y - this.y) * this.scale };
  }

  toMap({ x, y }: Place): Place {
    return { x: this.x + (x - this.width / 2) / this.scale, y: this.y - (y - this.height / 2) / this.scale };
  }

  /** Zooms so that what is at `anchor` on the screen stays there. */
  zoomBy(factor: number, anchor: Place = { x: this.width / 2, y: this.height / 2 }): void {
    const fixed = this.toMap(anchor);
    this.zoom = clampZoom(this.zoom * factor);
    const moved = this.toMap(anchor);
    this.x += fixed.x - moved.x;
    this.y += fixed.y - moved.y;
  }

  /** Moves what is seen by pixels. */
  panBy(dx: number, dy: number): void {
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }
}

/** The view that holds these places with some room around them. */
export function frame(
  places: readonly Place[],
  { width, height }: Viewport,
): Place & { readonly zoom: number } {
  const xs = places.map(({ x }) => x);
  const ys = places.map(({ y }) => y);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [bottom, top] = [Math.min(...ys), Math.max(...ys)];
  const unit = (Math.min(width, height) / 2) * 0.94;
  const zoom = Math.min((0.62 * width) / unit / (right - left), (0.68 * height) / unit / (top - bottom), 14);
  return { x: (left + right) / 2, y: (bottom + top) / 2, zoom: clampZoom(zoom) };
}

function clampZoom(zoom: number): number {
  return Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, zoom));
}
