/** The polynomial of ISO 3309, its bits reversed, as zip and gzip use it. */
const POLYNOMIAL = 0xedb88320;

let table: Uint32Array | undefined;

/** What each byte does to the checksum. Made at first use. */
function makeTable(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL : remainder >>> 1;
    }
    return remainder;
  });
}

/** CRC-32 of the bytes, unsigned. */
export function crc32(bytes: Uint8Array): number {
  table ??= makeTable();
  let sum = -1;
  for (let position = 0; position < bytes.length; position++) {
    sum = (sum >>> 8) ^ table[(sum ^ bytes[position]) & 0xff];
  }
  return ~sum >>> 0;
}
