import type { Place } from './viewport.ts';

/** What the hands do to the map. Places are in CSS pixels from its upper left corner. */
export interface Gestures {
  readonly onZoom: (factor: number, at?: Place) => void;
  readonly onPan: (dx: number, dy: number) => void;
  readonly onPoint: (at: Place | undefined) => void;
  readonly onTap: (at: Place, isTouch: boolean) => void;
  readonly onAll: () => void;
}

const STEP = 1.4;
const KEY_PIXELS = 60;
/** A pointer that moved less was a tap. */
const TAP_PIXELS = 5;

/** Dragging, pinching, the wheel and the keys. */
export function listen(view: HTMLElement, gestures: Gestures): void {
  listenToPointers(view, gestures);
  listenToKeys(view, gestures);
  view.addEventListener(
    'wheel',
    (event) => {
      // A wheel that passes over the map scrolls the page, unless the map was chosen by click or key.
      if (!event.ctrlKey && !event.metaKey && document.activeElement !== view) return;
      event.preventDefault();
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 30 : event.deltaY;
      gestures.onZoom(Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.002)), placeOf(view, event));
    },
    { passive: false },
  );
}

function placeOf(view: HTMLElement, event: MouseEvent): Place {
  const { left, top } = view.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

function listenToPointers(view: HTMLElement, { onZoom, onPan, onPoint, onTap }: Gestures): void {
  const pointers = new Map<number, Place>();
  let moved = 0;
  view.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (pointers.size === 0) moved = 0;
    pointers.set(event.pointerId, placeOf(view, event));
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener('pointermove', (event) => {
    const at = placeOf(view, event);
    const before = pointers.get(event.pointerId);
    if (!before) {
      onPoint(event.pointerType === 'touch' ? undefined : at);
      return;
    }
    moved += Math.hypot(at.x - before.x, at.y - before.y);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, at);
    if (moved < TAP_PIXELS) return;
    view.classList.add('is-dragging');
    if (other) {
      const middle = { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 };
      onZoom(distance(at, other) / Math.max(1, distance(before, other)), middle);
      onPan((at.x - before.x) / 2, (at.y - before.y) / 2);
    } else {
      onPan(at.x - before.x, at.y - before.y);
    }
  });
  const release = (event: PointerEvent): void => {
    const wasDown = pointers.delete(event.pointerId);
    if (pointers.size === 0) view.classList.remove('is-dragging');
    if (event.type === 'pointerup' && wasDown && moved < TAP_PIXELS)
      onTap(placeOf(view, event), event.pointerType === 'touch');
  };
  view.addEventListener('pointerup', release);
  view.addEventListener('pointercancel', release);
  view.addEventListener('pointerleave', () => onPoint(undefined));
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function listenToKeys(view: HTMLElement, { onZoom, onPan, onAll }: Gestures): void {
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => onZoom(STEP),
    '=': () => onZoom(STEP),
    '-': () => onZoom(1 / STEP),
    '0': onAll,
    ArrowLeft: () => onPan(KEY_PIXELS, 0),
    ArrowRight: () => onPan(-KEY_PIXELS, 0),
    ArrowUp: () => onPan(0, KEY_PIXELS),
    ArrowDown: () => onPan(0, -KEY_PIXELS),
  };
  view.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  });
}
