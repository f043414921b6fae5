import { describe, fileError } from './errors.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const DELETE = 0x7f;

/** Bytes of a line. Whoever has longer ones has another file, or no lines. */
const LINE_BYTES = 4096;
/** Digits whose integer, and power of ten, are exact doubles. */
const EXACT_DIGITS = 15;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

/** What a byte is to a field that is not quoted. */
const PLAIN = 0;
const SEPARATOR = 1;
const LINE_END = 2;
const FORBIDDEN = 3;

/**
 * Walks the bytes of a text of separated fields, line by line. What is read of a field is read from the bytes: strings cut
 * from a text would each hold on to all of it.
 */
export class RatingsScanner {
  readonly #bytes: Uint8Array;
  readonly #kinds = new Uint8Array(256);
  /** Of the separator: '::' is two bytes. */
  readonly #width: number;
  #position: number;
  #lineStart: number;
  #line = 1;
  /** Where the field begins and ends that was read last, without its quotes and the spaces around it. */
  start = 0;
  end = 0;
  /** Whether another field follows it on the line. */
  hasNext = false;

  constructor(bytes: Uint8Array, position: number, separator: string) {
    this.#bytes = bytes;
    this.#position = position;
    this.#lineStart = position;
    this.#width = separator.length;
    this.#kinds.fill(FORBIDDEN, 0, SPACE);
    this.#kinds[QUOTE] = FORBIDDEN;
    this.#kinds[DELETE] = FORBIDDEN;
    this.#kinds[NEWLINE] = LINE_END;
    this.#kinds[RETURN] = LINE_END;
    this.#kinds[separator.charCodeAt(0)] = SEPARATOR;
  }

  /** Steps over empty lines to the first field of the next; `false` at the end of the file. */
  nextLine(): boolean {
    const bytes = this.#bytes;
    for (;;) {
      let at = this.#skipSpaces(this.#position);
      if (at === bytes.length) return false;
      if (bytes[at] === RETURN && bytes[at + 1] === NEWLINE) at++;
      if (bytes[at] !== NEWLINE) return true;
      this.#startLine(at + 1);
    }
  }

  /** Reads the field at the cursor. @throws LanewiseError `FILE_CORRUPT` */
  nextField(): void {
    const bytes = this.#bytes;
    const first = this.#skipSpaces(this.#position);
    let at = bytes[first] === QUOTE ? this.#quoted(first + 1) : this.#plain(first);
    if (at - this.#lineStart > LINE_BYTES) throw this.fault('bytes', `at most ${LINE_BYTES}`, 'more');
    this.hasNext = at < bytes.length && this.#kinds[bytes[at]] === SEPARATOR;
    if (this.hasNext) at += this.#width;
    else if (bytes[at] === RETURN && ++at < bytes.length && bytes[at] !== NEWLINE)
      throw this.#forbidden(at - 1);
    this.#position = at;
  }

  /** Goes on to the next line from the end of this one. */
  endLine(): void {
    if (this.#position < this.#bytes.length) this.#startLine(this.#position + 1);
  }

  /** The field as a number, the nearest double; NaN where it is none, or not finite. */
  number(): number {
    const bytes = this.#bytes;
    const { start, end } = this;
    const sign = bytes[start];
    let mantissa = 0;
    let digits = 0;
    /** What to divide by; 0 before the point. */
    let scale = 0;
    for (let at = sign === MINUS || sign === PLUS ? start + 1 : start; at < end; at++) {
      const digit = bytes[at] - ZERO;
      if (digit >= 0 && digit <= 9) {
        mantissa = mantissa * 10 + digit;
        scale *= 10;
        digits++;
      } else if (bytes[at] === POINT && scale === 0) scale = 1;
      else return this.#decimal();
    }
    if (digits === 0) return Number.NaN;
    if (digits > EXACT_DIGITS) return this.#decimal();
    const magnitude = scale > 1 ? mantissa / scale : mantissa;
    return sign === MINUS ? -magnitude : magnitude;
  }

  /** The field as text. */
  text(): string {
    return new TextDecoder().decode(this.#bytes.subarray(this.start, this.end));
  }

  /** The fields of the line at the cursor, which it steps over. @throws LanewiseError `FILE_CORRUPT` */
  texts(): string[] {
    const texts: string[] = [];
    do {
      this.nextField();
      texts.push(this.text());
    } while (this.hasNext);
    this.endLine();
    return texts;
  }

  /** The error of the line at the cursor. */
  fault(
    subject: string,
    expected: string | number,
    got: string | number,
    remedy?: string,
    code: 'FILE_CORRUPT' | 'FILE_FORMAT' = 'FILE_CORRUPT',
  ): Error {
    return fileError(code, `ratings line ${this.#line}, ${subject}`, { expected, got, remedy });
  }

  #startLine(position: number): void {
    this.#position = position;
    this.#lineStart = position;
    this.#line++;
  }

  #skipSpaces(from: number): number {
    let at = from;
    while (at < this.#bytes.length && this.#bytes[at] === SPACE) at++;
    return at;
  }

  /** Where a field ends that begins at `start`. */
  #plain(start: number): number {
    const bytes = this.#bytes;
    const kinds = this.#kinds;
    let at = start;
    for (; at < bytes.length; at++) {
      const kind = kinds[bytes[at]];
      if (kind === PLAIN || (kind === SEPARATOR && this.#width === 2 && bytes[at + 1] !== bytes[at]))
        continue;
      if (kind === FORBIDDEN) throw this.#forbidden(at);
      break;
    }
    let end = at;
    while (end > start && bytes[end - 1] === SPACE) end--;
    this.start = start;
    this.end = end;
    return at;
  }

  /** Where a field ends whose quote was opened before `start`; a doubled quote is one of its characters. */
  #quoted(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    for (; bytes[at] !== QUOTE || bytes[at + 1] === QUOTE; at += bytes[at] === QUOTE ? 2 : 1) {
      if (at >= bytes.length || bytes[at] < SPACE || bytes[at] === DELETE) throw this.#forbidden(at);
    }
    this.start = start;
    this.end = at;
    at = this.#skipSpaces(at + 1);
    const kind = at < bytes.length ? this.#kinds[bytes[at]] : LINE_END;
    const isEnd =
      kind === LINE_END || (kind === SEPARATOR && (this.#width === 1 || bytes[at + 1] === bytes[at]));
    if (isEnd) return at;
    throw this.fault('quotes', 'a separator after the closing one', describe(String.fromCharCode(bytes[at])));
  }

  #decimal(): number {
    const text = this.text();
    return DECIMAL.test(text) && Number.isFinite(Number(text)) ? Number(text) : Number.NaN;
  }

  #forbidden(at: number): Error {
    const byte = this.#bytes[at];
    const remedy = 'give a text file in UTF-8, with quotes around whole fields alone';
    if (byte === undefined || byte === NEWLINE)
      return this.fault('quotes', 'a closing one on the line', 'none', remedy);
    return this.fault(
      'characters',
      'text',
      byte === QUOTE ? 'a quote within a field' : `byte ${byte}`,
      remedy,
    );
  }
}
