import type { Collection } from '../collection.ts';
import type { Answer } from '../search-box.ts';
import { colourOf } from '../theme.ts';
import { LabelRoom } from './labels.ts';
import { frame, type Place, type Viewport } from './viewport.ts';

const FONT = '-apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';
const ASKED_SIZE = 15;
const FOUND_SIZE = 13;
const OTHER_SIZE = 11.5;
/** Names of other rows: so many at most, after so many that found no room, this far from each other. */
const OTHERS = 60;
const OTHERS_TRIED = 3000;
const OTHERS_APART = { x: 16, y: 9 };

/** What an answer looks like on the map, in the map's coordinates. */
export interface Drawn {
  /** Where the question lies: its row, or where a sum falls. */
  readonly asked: Place;
  readonly text: string;
  readonly found: readonly { readonly row: number; readonly at: Place }[];
}

export function drawnOf(answer: Answer, placeOf: (row: number) => Place, asked: Place): Drawn {
  return {
    asked,
    text: answer.question.text,
    found: answer.found.rows.map((row) => ({ row, at: placeOf(row) })),
  };
}

/** The view that holds an answer. */
export function frameOf({ asked, found }: Drawn, viewport: Viewport): ReturnType<typeof frame> {
  return frame([asked, ...found.map(({ at }) => at)], viewport);
}

/** Draws lines and names over the dots. */
export class Overlay {
  readonly #widths = new Map<string, number>();

  draw(
    context: CanvasRenderingContext2D,
    viewport: Viewport,
    { names, rows }: Collection,
    positions: Float32Array,
    drawn: Drawn | undefined,
  ): void {
    context.clearRect(0, 0, viewport.width, viewport.height);
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    const room = new LabelRoom(viewport.width, viewport.height);
    const shown = new Set<number>();
    if (drawn) {
      this.#drawLines(context, viewport, drawn, room);
      this.#drawNames(context, viewport, names, drawn, room);
      for (const { row } of drawn.found) shown.add(row);
    }
    if (names.areNumbers) return;
    context.fillStyle = colourOf('--ink');
    context.globalAlpha = 0.8;
    let left = OTHERS;
    let misses = 0;
    for (let row = 0; row < rows && left > 0 && misses < OTHERS_TRIED; row++) {
      const at = viewport.toScreen({ x: positions[2 * row]!, y: positions[2 * row + 1]! });
      if (at.x < 0 || at.y < 0 || at.x > viewport.width || at.y > viewport.height) continue;
      const text = names.of(row);
      if (shown.has(row) || text === drawn?.text || !/[\p{L}\p{N}]{3}/u.test(text)) continue;
      const { x, y } = OTHERS_APART;
      const width = this.#measure(context, text, OTHER_SIZE, 400) + 2 * x;
      const place = room.place({ at: { x: at.x - x + 5, y: at.y }, gap: 0, size: OTHER_SIZE + 2 * y }, width);
      if (place) {
        this.#write(context, text, place.x + x, place.y);
        left--;
      } else {
        misses++;
      }
    }
    context.globalAlpha = 1;
  }

  #drawLines(
    context: CanvasRenderingContext2D,
    viewport: Viewport,
    { asked, found }: Drawn,
    room: LabelRoom,
  ): void {
    const middle = viewport.toScreen(asked);
    context.strokeStyle = colourOf('--accent');
    context.lineWidth = 1.3;
    context.globalAlpha = 0.6;
    context.beginPath();
    for (const { at } of found) {
      const end = viewport.toScreen(at);
      context.moveTo(middle.x, middle.y);
      context.lineTo(end.x, end.y);
    }
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = colourOf('--accent');
    context.strokeStyle = colourOf('--surface');
    for (const { at } of found) drawDisc(context, viewport.toScreen(at), 4, room);
    context.fillStyle = colourOf('--ink');
    drawDisc(context, middle, 6, room);
  }

  #drawNames(
    context: CanvasRenderingContext2D,
    viewport: Viewport,
    names: Collection['names'],
    { asked, text, found }: Drawn,
    room: LabelRoom,
  ): void {
    context.strokeStyle = colourOf('--sunken');
    context.lineWidth = 4;
    const write = (label: string, at: Place, gap: number, size: number, weight: number): void => {
      const width = this.#measure(context, label, size, weight);
      const screen = viewport.toScreen(at);
      const place = room.place({ at: screen, gap, size }, width, [1, 2.2, 3.6]);
      if (place) this.#write(context, label, place.x, place.y);
    };
    context.fillStyle = colourOf('--ink');
    write(text, asked, 11, ASKED_SIZE, 700);
    for (const { row, at } of found) write(names.of(row), at, 8, FOUND_SIZE, 600);
  }

  #write(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
    const { globalAlpha } = context;
    context.globalAlpha = 0.85;
    context.lineWidth = 4;
    context.strokeStyle = colourOf('--sunken');
    context.strokeText(text, x, y);
    context.globalAlpha = globalAlpha;
    context.fillText(text, x, y);
  }

  /** Sets the font, and tells how wide the text is in it. */
  #measure(context: CanvasRenderingContext2D, text: string, size: number, weight: number): number {
    context.font = `${weight} ${size}px ${FONT}`;
    const key = `${size} ${weight} ${text}`;
    let width = this.#widths.get(key);
    if (width === undefined) {
      width = context.measureText(text).width;
      this.#widths.set(key, width);
    }
    return width;
  }
}

function drawDisc(context: CanvasRenderingContext2D, at: Place, radius: number, room: LabelRoom): void {
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.lineWidth = 3;
  context.stroke();
  context.fill();
  room.block(at, radius + 1);
}
