import { LanewiseError } from '../host/errors.ts';

/** How far an answer may be off, and how surely not farther. */
export interface ErrorBound {
  /**
   * What the bound is of. `count`: occurrences, added to the true count. `relative`: a part of the true value. `rank`: a part of
   * all values. `rate`: false answers among those that should be no. `similarity`: added to or taken from it.
   */
  readonly kind: 'count' | 'relative' | 'rank' | 'rate' | 'similarity';
  readonly bound: number;
  /** How probable it is that an answer keeps the bound; 1 where it always does. */
  readonly confidence: number;
}

/** What every sketch of a stream does: memory that does not grow, and sketches of parts that make one of the whole. */
export interface Sketch {
  /**
   * Takes over what another sketch of the same shape and seed has seen: the result is that of one sketch over both streams, or
   * keeps the same bounds. The other stays as it is.
   *
   * @throws LanewiseError `MERGE_MISMATCH`, `INVALID_ARGUMENT` for what is no such sketch, `DISPOSED`
   */
  merge(other: this): this;
  /** Another one, in the same state. @throws LanewiseError `MEMORY_EXHAUSTED`, `DISPOSED` */
  clone(): this;
  /** Forgets what was added. @throws LanewiseError `DISPOSED` */
  clear(): void;
  /** What it has seen so far, and how far answers may be off now. @throws LanewiseError `DISPOSED` */
  errorBound(): ErrorBound;
  /** A safetensors file with checksums, the same bytes in every runtime. @throws LanewiseError `DISPOSED` */
  toBytes(): Uint8Array<ArrayBuffer>;
  /** Bytes held, without some 100 kB of linear memory that all sketches share. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number };
  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void;
}

type Shape = Readonly<Record<string, unknown>>;

/** A class whose constructor may be private. */
interface SketchClass<Kind> {
  readonly prototype: Kind;
  [Symbol.hasInstance](value: unknown): boolean;
}

/**
 * Checks what a sketch is merged or compared with.
 *
 * @param name of the class: minifiers shorten its own
 * @param shapeOf what must be equal in both, by name; throws where the sketch was disposed of
 * @throws LanewiseError `INVALID_ARGUMENT` unless it is of the class, `DISPOSED`, `MERGE_MISMATCH` with both
 */
export function checkOther<Kind>(
  [own, other]: readonly [Kind, Kind],
  kind: SketchClass<Kind>,
  name: string,
  shapeOf: (sketch: Kind, beside: Kind) => Shape,
): void {
  if (!(other instanceof kind)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `A ${name} is merged or compared with another ${name}, and nothing else.`,
    );
  }
  checkMergeable(shapeOf(own, other), shapeOf(other, own));
}

/** A sketch, once it is filled; disposed of where that fails. */
export function filled<Kind extends { dispose(): void }>(sketch: Kind, fill: (sketch: Kind) => void): Kind {
  try {
    fill(sketch);
    return sketch;
  } catch (error) {
    sketch.dispose();
    throw error;
  }
}

/**
 * @param own what must be equal in both, by name
 * @throws LanewiseError `MERGE_MISMATCH` with both
 */
export function checkMergeable(own: Shape, other: Shape): void {
  const differing = Object.keys(own).filter((name) => own[name] !== other[name]);
  if (differing.length === 0) return;
  const of = (shape: Shape) => differing.map((name) => `${name} ${String(shape[name])}`).join(', ');
  throw new LanewiseError(
    'MERGE_MISMATCH',
    `Sketches that are merged or compared must be made with the same options: this one has ${of(own)}, the other ${of(other)}.`,
    { expected: own, got: other },
  );
}
