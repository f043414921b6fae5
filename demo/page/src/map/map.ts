import type { Collection } from '../collection.ts';
import { byId } from '../dom.ts';
import type { Answer } from '../search-box.ts';
import { colourOf, fitCanvas } from '../theme.ts';
import type { Projection } from '../work/protocol.ts';
import { Dots, type Palette, parseColour } from './dots.ts';
import { listen } from './gestures.ts';
import { type Drawn, drawnOf, frameOf, Overlay } from './overlay.ts';
import { type Place, Viewport } from './viewport.ts';

const CLUSTERS = 10;
const STEP = 1.4;
const REACH_PIXELS = 14;
const FLIGHT_MILLISECONDS = 420;

const prefersStillness = matchMedia('(prefers-reduced-motion: reduce)');

/** The map of the rows: dots that can be moved, zoomed and chosen, and the answer of the moment among them. */
export class WordMap {
  readonly #view = byId('map-view');
  readonly #dotCanvas = byId<HTMLCanvasElement>('map-dots');
  readonly #labelCanvas = byId<HTMLCanvasElement>('map-labels');
  readonly #tip = byId('map-tip');
  readonly #wait = byId('map-wait');
  readonly #follow = byId('map-follow');
  readonly #viewport = new Viewport();
  readonly #dots = new Dots();
  readonly #overlay = new Overlay();
  readonly #onChoose: (row: number) => void;
  #palette: Palette | undefined;
  #collection: Collection | undefined;
  #projection: Projection | undefined;
  #answer: Answer | undefined;
  #drawn: Drawn | undefined;
  #frame = 0;
  #flight = 0;

  constructor(onChoose: (row: number) => void) {
    this.#onChoose = onChoose;
    this.#view.tabIndex = 0;
    listen(this.#view, {
      onZoom: (factor, at) => this.#change(() => this.#viewport.zoomBy(factor, at)),
      onPan: (dx, dy) => this.#change(() => this.#viewport.panBy(dx, dy)),
      onPoint: (at) => this.#point(at),
      onTap: (at) => this.#tap(at),
      onAll: () => this.#fly({ x: 0, y: 0, zoom: 1 }),
    });
    byId('map-in').addEventListener('click', () => this.#change(() => this.#viewport.zoomBy(STEP)));
    byId('map-out').addEventListener('click', () => this.#change(() => this.#viewport.zoomBy(1 / STEP)));
    byId('map-all').addEventListener('click', () => this.#fly({ x: 0, y: 0, zoom: 1 }));
    this.#follow.addEventListener('click', () => {
      this.#follow.setAttribute('aria-pressed', String(!this.#isFollowing));
      if (this.#isFollowing && this.#drawn) this.#fly(frameOf(this.#drawn, this.#viewport));
    });
    new ResizeObserver(() => this.#resize()).observe(this.#view);
  }

  /** Waits for the projection of another collection. */
  open(collection: Collection): void {
    this.#collection = collection;
    this.#projection = undefined;
    this.#drawn = undefined;
    this.#wait.hidden = false;
    this.#tip.hidden = true;
    this.#labelCanvas.getContext('2d')!.clearRect(0, 0, this.#labelCanvas.width, this.#labelCanvas.height);
    this.#dotCanvas.getContext('2d')!.clearRect(0, 0, this.#dotCanvas.width, this.#dotCanvas.height);
    Object.assign(this.#viewport, { x: 0, y: 0, zoom: 1 });
  }

  /** Draws the rows where the worker found them to lie. */
  place(projection: Projection): void {
    this.#projection = projection;
    this.#wait.hidden = true;
    this.show(this.#answer);
  }

  /** Says why there is no map. */
  fail(message: string): void {
    this.#wait.textContent = message;
  }

  /** Draws an answer, and moves to where it lies. */
  show(answer: Answer | undefined): void {
    this.#answer = answer;
    this.#drawn =
      answer && this.#projection
        ? drawnOf(answer, (row) => this.#placeOf(row), this.#asked(answer))
        : undefined;
    if (this.#drawn && this.#isFollowing) this.#fly(frameOf(this.#drawn, this.#viewport));
    else this.#draw();
  }

  /** Draws again in the colours of the theme. */
  recolour(): void {
    this.#palette = undefined;
    this.#draw();
  }

  get #isFollowing(): boolean {
    return this.#follow.getAttribute('aria-pressed') === 'true';
  }

  #placeOf(row: number): Place {
    const { positions } = this.#projection!;
    return { x: positions[2 * row]!, y: positions[2 * row + 1]! };
  }

  /** A row lies where it is drawn; a sum is projected as the rows were. */
  #asked({ question, vector }: Answer): Place {
    const { axes, mean } = this.#projection!;
    const [only] = question.terms;
    if (question.terms.length === 1) return this.#placeOf(only!.row);
    const norm = this.#collection?.metric === 'cosine' ? Math.hypot(...vector) || 1 : 1;
    const place = { x: 0, y: 0 };
    vector.forEach((value, i) => {
      const centred = value / norm - mean[i]!;
      place.x += centred * axes[i]!;
      place.y += centred * axes[mean.length + i]!;
    });
    return place;
  }

  #change(change: () => void): void {
    cancelAnimationFrame(this.#flight);
    change();
    this.#draw();
  }

  /** Moves the view there, at once where motion is not wanted. */
  #fly(to: Place & { readonly zoom: number }): void {
    cancelAnimationFrame(this.#flight);
    const { x, y, zoom } = this.#viewport;
    if (prefersStillness.matches) {
      this.#change(() => Object.assign(this.#viewport, to));
      return;
    }
    const start = performance.now();
    const step = (now: number): void => {
      const time = Math.min(1, Math.max(0, now - start) / FLIGHT_MILLISECONDS);
      const share = 1 - (1 - time) ** 3;
      this.#viewport.x = x + (to.x - x) * share;
      this.#viewport.y = y + (to.y - y) * share;
      this.#viewport.zoom = zoom * (to.zoom / zoom) ** share;
      this.#drawNow();
      if (time < 1) this.#flight = requestAnimationFrame(step);
    };
    this.#flight = requestAnimationFrame(step);
  }

  #resize(): void {
    this.#viewport.width = this.#view.clientWidth;
    this.#viewport.height = this.#view.clientHeight;
    this.#drawNow();
  }

  /** Draws at the next frame, however often it is asked. */
  #draw(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => this.#drawNow());
  }

  #drawNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (!this.#projection || !this.#collection) return;
    const { positions, clusters } = this.#projection;
    this.#palette ??= readPalette();
    const { context } = fitCanvas(this.#dotCanvas);
    this.#dots.draw(context, this.#viewport, positions, clusters, this.#palette);
    this.#overlay.draw(
      fitCanvas(this.#labelCanvas).context,
      this.#viewport,
      this.#collection,
      positions,
      this.#drawn,
    );
    this.#view.dataset['zoom'] = this.#viewport.zoom.toFixed(3);
  }

  #nearest(at: Place): number | undefined {
    const { positions } = this.#projection!;
    const { x, y } = this.#viewport.toMap(at);
    const reach = REACH_PIXELS / this.#viewport.scale;
    let best = reach * reach;
    let nearest: number | undefined;
    for (let row = 0; 2 * row < positions.length; row++) {
      const square = (positions[2 * row]! - x) ** 2 + (positions[2 * row + 1]! - y) ** 2;
      if (square < best) [best, nearest] = [square, row];
    }
    return nearest;
  }

  #point(at: Place | undefined): void {
    const row = at && this.#projection ? this.#nearest(at) : undefined;
    this.#view.classList.toggle('is-over', row !== undefined);
    this.#tip.hidden = row === undefined;
    if (row === undefined || !this.#collection) return;
    const { x, y } = this.#viewport.toScreen(this.#placeOf(row));
    const { names } = this.#collection;
    this.#tip.textContent = names.areNumbers ? `row ${names.of(row)}` : names.of(row);
    const left = Math.min(x + 10, this.#viewport.width - this.#tip.offsetWidth - 6);
    const top = Math.max(4, y - this.#tip.offsetHeight - 8);
    this.#tip.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  #tap(at: Place): void {
    this.#view.focus({ preventScroll: true });
    const row = this.#projection ? this.#nearest(at) : undefined;
    if (row === undefined) return;
    this.#onChoose(row);
    this.#point(undefined);
  }
}

function readPalette(): Palette {
  return {
    ground: parseColour(colourOf('--sunken')),
    clusters: Array.from({ length: CLUSTERS }, (_, i) => parseColour(colourOf(`--cluster-${i}`))),
    opacity: 0.6,
  };
}
