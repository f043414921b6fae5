const NEWLINE = 0x0a;
const SPACE = 0x20;
const PERCENT = 0x25;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const SMALL_E = 0x65;

/** The standard's own bound of a line. Longer ones are read, but for numbers longer than that; messages stop there. */
export const LINE_CHARACTERS: number = 1024;

// Every power of ten that a double holds exactly.
// biome-ignore format: a table
const POWERS = [
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/** What may stand between the fields of a line: white space as C has it, the carriage return among it. */
function isBlank(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d && byte !== NEWLINE);
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= ZERO + 9;
}

/**
 * Walks the bytes of a text file of numbers, line by line. Numbers are read from the bytes themselves: a string for each
 * would take several times the time.
 */
export class MatrixMarketScanner {
  readonly #bytes: Uint8Array;
  #position = 0;
  #lineStart = 0;
  #line = 1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The number of the line at the cursor, from 1. */
  get line(): number {
    return this.#line;
  }

  /** Bytes from the cursor to the end. */
  get rest(): number {
    return this.#bytes.length - this.#position;
  }

  /** Whether the line at the cursor ends with the file, without a newline: so it may be the place of a cut. */
  get isLastLine(): boolean {
    return this.#bytes.indexOf(NEWLINE, this.#lineStart) < 0;
  }

  /** The line at the cursor, of one that is too long a character more than a line may hold. */
  text(): string {
    const end = this.#bytes.indexOf(NEWLINE, this.#lineStart);
    return this.#decode(this.#lineStart, end < 0 ? this.#bytes.length : end);
  }

  /** Steps over blanks, empty lines and comments; `false` at the end of the file. */
  nextLine(): boolean {
    const bytes = this.#bytes;
    for (;;) {
      if (bytes[this.#skipBlanks()] === PERCENT) this.skipLine();
      if (this.#position === bytes.length) return false;
      if (bytes[this.#position] !== NEWLINE) return true;
      this.#lineStart = ++this.#position;
      this.#line++;
    }
  }

  /** Steps to the end of the line, whatever it holds. */
  skipLine(): void {
    const end = this.#bytes.indexOf(NEWLINE, this.#position);
    this.#position = end < 0 ? this.#bytes.length : end;
  }

  /** Whether nothing more stands on the line. */
  endsLine(): boolean {
    const position = this.#skipBlanks();
    return position === this.#bytes.length || this.#bytes[position] === NEWLINE;
  }

  /** The field at the cursor as a count, Infinity where no double holds it; NaN where it is anything but digits. */
  count(): number {
    this.#skipBlanks();
    const count = this.#digits();
    return this.#endsField() ? count : Number.NaN;
  }

  /**
   * The field at the cursor as the nearest double, as C's `strtod` has it but for hexadecimal, infinities and NaN, where it
   * gives NaN. W. D. Clinger, "How to read floating point numbers accurately" (PLDI 1990): digits below 2^53 and a power
   * of ten up to 22 are exact doubles, so one operation rounds once. The engine converts the others.
   */
  number(): number {
    const bytes = this.#bytes;
    const start = this.#skipBlanks();
    const sign = bytes[start];
    let position = sign === MINUS || sign === PLUS ? start + 1 : start;
    let digits = 0;
    let mantissa = 0;
    let whole = -1;
    for (; position < bytes.length; position++) {
      const byte = bytes[position];
      if (isDigit(byte)) {
        mantissa = mantissa * 10 + (byte - ZERO);
        digits++;
      } else if (byte === POINT && whole < 0) whole = digits;
      else break;
    }
    let exponent = whole < 0 ? 0 : whole - digits;
    if (position < bytes.length && (bytes[position] | SPACE) === SMALL_E) {
      position++;
      const isNegative = bytes[position] === MINUS;
      this.#position = isNegative || bytes[position] === PLUS ? position + 1 : position;
      exponent += isNegative ? -this.#digits() : this.#digits();
      position = this.#position;
    }
    this.#position = position;
    if (!this.#endsField() || digits === 0) return Number.NaN;

    // A sum that has once reached 2^53 is rounded, but never falls below it again.
    if (!(mantissa <= Number.MAX_SAFE_INTEGER && exponent >= -22 && exponent <= 22)) {
      const isLong = position - start > LINE_CHARACTERS;
      return isLong || Number.isNaN(exponent) ? Number.NaN : Number(this.#decode(start, position));
    }
    const magnitude = exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
    return sign === MINUS ? -magnitude : magnitude;
  }

  /** The number that the digits at the cursor make; NaN where there are none. */
  #digits(): number {
    const bytes = this.#bytes;
    const start = this.#position;
    let position = start;
    let value = 0;
    while (position < bytes.length && isDigit(bytes[position]))
      value = value * 10 + (bytes[position++] - ZERO);
    this.#position = position;
    return position > start ? value : Number.NaN;
  }

  #skipBlanks(): number {
    const bytes = this.#bytes;
    let position = this.#position;
    while (position < bytes.length && isBlank(bytes[position])) position++;
    this.#position = position;
    return position;
  }

  /** Whether the field ends at the cursor. */
  #endsField(): boolean {
    const byte = this.#position < this.#bytes.length ? this.#bytes[this.#position] : NEWLINE;
    return byte === NEWLINE || isBlank(byte);
  }

  #decode(start: number, end: number): string {
    return new TextDecoder('latin1').decode(
      this.#bytes.subarray(start, Math.min(end, start + LINE_CHARACTERS + 1)),
    );
  }
}
