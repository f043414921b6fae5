import { describe, fileError } from './errors.ts';

/** Which element types a reader takes, the first group that matches being NumPy's name without the byte order. */
export interface NpyDtypes {
  readonly pattern: RegExp;
  /** The same for a message. */
  readonly expected: string;
}

/** What a header says of its array; `shape` is outermost extent first. */
export interface NpyHeader {
  readonly dtype: string;
  readonly shape: readonly number[];
}

// The tokens of the dict, each with the spaces before it. Sticky: a token stands at the cursor or is not there.
const OPENING_BRACE = /\s*\{/y;
const CLOSING_BRACE = /\s*\}/y;
const OPENING_PARENTHESIS = /\s*\(/y;
const CLOSING_PARENTHESIS = /\s*\)/y;
const COLON = /\s*:/y;
const COMMA = /\s*,/y;
const TEXT = /\s*(?:'([^'\\]*)'|"([^"\\]*)")/y;
const BOOLEAN = /\s*(True|False)/y;
/** Python 2 marked long integers by an L. */
const INTEGER = /\s*(\d+)L?/y;
/** A list of fields or a tuple with a subarray's shape. */
const COMPOUND = /\s*[[(]/y;
const END = /\s*$/y;

/** Walks the header from token to token. */
class Cursor {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The token's content where it stands here, and steps over it; otherwise `undefined`, and stays. */
  accept(token: RegExp): string | undefined {
    token.lastIndex = this.#position;
    const match = token.exec(this.#text);
    if (!match) return undefined;
    this.#position = token.lastIndex;
    return match[1] ?? match[2] ?? match[0];
  }

  /** @throws LanewiseError `FILE_CORRUPT`: another token stands here, or none */
  expect(token: RegExp, name: string): string {
    const content = this.accept(token);
    if (content === undefined) {
      throw fileError('FILE_CORRUPT', `npy header at character ${this.#position}`, {
        expected: name,
        got: describe(this.#text.slice(this.#position)),
      });
    }
    return content;
  }
}

/**
 * Parses the Python dict in a header, `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`: these three keys in
 * any order, each once, and no other expression of Python. Linear in the text.
 *
 * @throws LanewiseError `FILE_CORRUPT`: not such a dict; `FILE_DTYPE`: other elements than those given; `FILE_FORMAT`:
 *   Fortran order
 */
export function parseNpyHeader(text: string, dtypes: NpyDtypes): NpyHeader {
  const cursor = new Cursor(text);
  const header: { dtype?: string; order?: 'C'; shape?: number[] } = {};
  cursor.expect(OPENING_BRACE, 'a dict');
  do {
    const key = cursor.accept(TEXT);
    if (key === undefined) break;
    cursor.expect(COLON, 'a colon');
    if (key === 'descr' && !header.dtype) header.dtype = readDtype(cursor, dtypes);
    else if (key === 'fortran_order' && !header.order) header.order = readOrder(cursor);
    else if (key === 'shape' && !header.shape) header.shape = readShape(cursor);
    else throw wrongKeys(describe(key));
  } while (cursor.accept(COMMA));
  cursor.expect(CLOSING_BRACE, 'the end of the dict');
  cursor.expect(END, 'nothing after the dict');

  const { dtype, order, shape } = header;
  if (!dtype || !order || !shape) throw wrongKeys(describe(Object.keys(header)));
  return { dtype, shape };
}

function readDtype(cursor: Cursor, { pattern, expected }: NpyDtypes): string {
  const compound = cursor.accept(COMPOUND) !== undefined;
  const descr = compound ? '' : cursor.expect(TEXT, 'a dtype');
  const match = pattern.exec(descr);
  if (!match) {
    throw fileError('FILE_DTYPE', 'npy dtype', {
      expected,
      got: compound ? 'a structured dtype' : describe(descr),
      remedy: compound ? 'save one field of it, .astype(np.float32)' : 'save array.astype(np.float32)',
    });
  }
  return match[1] ?? match[2];
}

function readOrder(cursor: Cursor): 'C' {
  if (cursor.expect(BOOLEAN, 'True or False') === 'True') {
    throw fileError('FILE_FORMAT', 'npy order', {
      expected: 'C order, rows one after the other',
      got: 'Fortran order',
      remedy: 'save np.ascontiguousarray(array)',
    });
  }
  return 'C';
}

function readShape(cursor: Cursor): number[] {
  const shape: number[] = [];
  cursor.expect(OPENING_PARENTHESIS, 'a tuple');
  do {
    const extent = cursor.accept(INTEGER);
    if (extent === undefined) break;
    shape.push(Number(extent));
  } while (cursor.accept(COMMA));
  cursor.expect(CLOSING_PARENTHESIS, 'the end of the tuple');
  return shape;
}

function wrongKeys(got: string): Error {
  return fileError('FILE_CORRUPT', 'npy header keys', {
    expected: 'descr, fortran_order and shape, each once',
    got,
  });
}
