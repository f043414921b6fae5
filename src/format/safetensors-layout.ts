import { describe, invalidArgument } from './errors.ts';
import { elementCount } from './shape.ts';

/** The element types of the format: float, bfloat, signed, unsigned and boolean, with their width in bits. */
export type SafetensorsDtype =
  | 'F64'
  | 'F32'
  | 'F16'
  | 'BF16'
  | 'I64'
  | 'U64'
  | 'I32'
  | 'U32'
  | 'I16'
  | 'U16'
  | 'I8'
  | 'U8'
  | 'BOOL';

/** Bytes an element of each type takes. */
export const ELEMENT_BYTES: Readonly<Record<SafetensorsDtype, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** What a tensor is before it has data: `shape` is outermost extent first, row-major; `[]` is one element. */
export interface TensorSpec {
  readonly name: string;
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
}

/** A tensor and the bytes it takes: `begin` to `end`, counted from the end of the header. */
export interface TensorEntry extends TensorSpec {
  readonly begin: number;
  readonly end: number;
}

/** The key that the format keeps for itself. */
export const METADATA_KEY = '__metadata__';

/** The key that would change what a plain object inherits; neither written nor read. */
export const PROTOTYPE_KEY = '__proto__';

export function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === 'string' && Object.hasOwn(ELEMENT_BYTES, value);
}

/**
 * Places tensors one after the other, wider elements first and then as given. Widths divide one another, so each tensor
 * is aligned to its element without a gap.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`: a name that is reserved or stands twice, an unknown dtype, no shape
 */
export function layOut(tensors: readonly TensorSpec[]): TensorEntry[] {
  const sizes = new Map(tensors.map((tensor) => [tensor.name, checkedSize(tensor)]));
  if (sizes.size !== tensors.length)
    throw invalidArgument('tensor names', 'each once', describe(tensors.map(({ name }) => name)));
  let end = 0;
  return [...tensors]
    .sort((left, right) => ELEMENT_BYTES[right.dtype] - ELEMENT_BYTES[left.dtype])
    .map(({ name, dtype, shape }) => {
      const begin = end;
      end += sizes.get(name)!;
      return { name, dtype, shape, begin, end };
    });
}

function checkedSize({ name, dtype, shape }: TensorSpec): number {
  if (name === METADATA_KEY || name === PROTOTYPE_KEY)
    throw invalidArgument('tensor name', 'one not reserved', describe(name));
  if (!isDtype(dtype)) {
    throw invalidArgument(
      `tensor ${describe(name)}, dtype`,
      `one of ${Object.keys(ELEMENT_BYTES).join(', ')}`,
      describe(dtype),
    );
  }
  const count = elementCount(shape);
  if (count === undefined) {
    throw invalidArgument(
      `tensor ${describe(name)}, shape`,
      'counts whose product is below 2^53',
      describe(shape),
    );
  }
  return count * ELEMENT_BYTES[dtype];
}
