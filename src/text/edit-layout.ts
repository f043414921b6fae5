/** Words a group (assembly/edit-words.ts). */
export const GROUP = 16;
/** Bytes of the signatures of a group. */
export const SIGNATURE_BYTES = 80;
/** Symbols that codes of one byte tell apart. */
const NARROW_SYMBOLS = 256;

/** Whether codes of so many symbols are of two bytes. */
export function areWide(symbols: number): boolean {
  return symbols > NARROW_SYMBOLS;
}

/** Words of one length in linear memory: bytes of a symbol of a group, and of the blocks. */
export interface WordClassLayout {
  readonly width: number;
  readonly ids: number;
  readonly codes: number;
  readonly signatures: number;
}

export function layoutWordClass(length: number, count: number, isWide: boolean): WordClassLayout {
  const groups = Math.ceil(count / GROUP);
  const width = (isWide ? 2 : 1) * GROUP;
  return {
    width,
    ids: 4 * count,
    // A kernel reads the second byte of a code, where there is one or not.
    codes: width * length * groups + GROUP,
    signatures: SIGNATURE_BYTES * groups,
  };
}
